internal import JOSE
internal import Primitives

/// Placeholder until merged.
public struct Fingerprint: Sendable, Hashable {
  /// D.
  public let digits: String
  /// W.
  public var words: String { digits }

  init(of keys: [PublicJWK]) throws(ContactsError) {
    do throws(JOSEError) {
      digits = try keys.map { (k) throws(JOSEError) in try k.thumbprintText() }.sorted().joined()
    } catch { throw ContactsError(.internalFailure, error.reason, underlying: error) }
  }
}

internal import JOSE
internal import Primitives

/// What tells one post from another: 128 random bits.
public struct PostIdentifier: Hashable, Sendable {
  static let byteCount = 16

  let bytes: [UInt8]

  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Makes a fresh one.
  static func generate() throws(PostError) -> PostIdentifier {
    PostIdentifier(fresh: try Fresh.bytes(byteCount))
  }

  private init(fresh bytes: [UInt8]) { self.bytes = bytes }

  /// The identifier in base64url, 22 characters.
  public var text: String { String(decoding: Base64URL.encode(bytes.span), as: UTF8.self) }
}

/// Bytes that nobody else has.
enum Fresh {
  static func bytes(_ count: Int) throws(PostError) -> [UInt8] {
    do throws(PrimitiveError) { return try RandomSource.system.bytes(count) } catch {
      throw PostError(.internalFailure, error.reason, underlying: error)
    }
  }

  /// 128 random bits in base64url.
  static func identifier() throws(PostError) -> String {
    let bytes = try bytes(16)
    return String(decoding: Base64URL.encode(bytes.span), as: UTF8.self)
  }
}

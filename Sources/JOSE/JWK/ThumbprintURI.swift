internal import Primitives

/// A key's name as signatures and messages have it: the URI of its SHA-256 thumbprint (RFC 9278).
public enum ThumbprintURI {
  private static let prefix = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"

  /// The URI of the key with this thumbprint, 43 characters of base64url.
  public static func of(_ thumbprint: String) -> String { prefix + thumbprint }

  /// The thumbprint in it, 43 characters of base64url; nil when it is no such URI.
  public static func thumbprint(in uri: String) -> String? {
    guard uri.utf8.starts(with: prefix.utf8) else { return nil }
    let name = Array(uri.utf8.dropFirst(prefix.utf8.count))
    guard name.count == 43 else { return nil }
    do throws(PrimitiveError) { _ = try Base64URL.decode(name.span) } catch { return nil }
    return String(decoding: name, as: UTF8.self)
  }
}

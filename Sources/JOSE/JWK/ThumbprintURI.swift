internal import Primitives

/// A key's name as signatures and messages have it: the URI of its SHA-256 thumbprint (RFC 9278).
public enum ThumbprintURI {
  private static let prefix = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"

  /// The URI of the key with this thumbprint, 43 characters of base64url.
  public static func of(_ thumbprint: String) -> String { prefix + thumbprint }

  /// The thumbprint in it, 43 characters of base64url; nil when it is no such URI.
  public static func thumbprint(in uri: String) -> String? {
    guard uri.utf8.starts(with: prefix.utf8) else { return nil }
    let name = String(decoding: uri.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    return isThumbprint(name) ? name : nil
  }

  /// Whether `text` has the form of a SHA-256 thumbprint, 43 characters of base64url, whose ever it is.
  public static func isThumbprint(_ text: String) -> Bool {
    let text = Array(text.utf8)
    guard text.count == 43 else { return false }
    do throws(PrimitiveError) { _ = try Base64URL.decode(text.span) } catch { return false }
    return true
  }
}

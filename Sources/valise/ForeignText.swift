internal import Primitives

/// What another program wrote and expects back, told by how it begins, with what to do about it.
struct ForeignText {
  /// What it is, to be said of a file by its name.
  let what: String
  let hint: String

  /// What `Failure` there is about the file called `name`.
  func failure(_ name: String) -> Failure {
    Failure(.badData, "\(Text.shown(name)): \(what)", hint: hint)
  }

  /// So much of a file tells.
  static let byteCount = 1 << 12

  /// The file that begins with `bytes`, which may be secret; nil when it is none of those that are known.
  init?(fileOf bytes: Span<UInt8>) {
    let start = bytes.extracting(first: Self.byteCount)
    if start.hasPrefix("age-encryption.org/")
      || start.contains("-----BEGIN AGE ENCRYPTED FILE-----")
    {
      self.init(
        what: "age encrypted it", hint: "age -d -i KEY FILE | valise encrypt -r NAME takes it over")
    } else if start.contains("-----BEGIN PGP MESSAGE-----") || Self.isPGPMessage(start) {
      self.init(
        what: "PGP encrypted it", hint: "gpg -d FILE | valise encrypt -r NAME takes it over")
    } else if start.contains("-----BEGIN PGP ") {
      self.init(
        what: "is PGP's",
        hint: "keys and signatures of PGP are not taken; valise key generate makes your own key")
    } else if start.contains("AGE-SECRET-KEY-") {
      self.init(
        what: "is a key of age", hint: "keys of age are not taken; valise key generate makes one")
    } else if Self.isSignedMessage(start) {
      self.init(
        what: "is signed and not encrypted (a JWS)",
        hint: "its payload is in clear, as base64url; there is nothing to decrypt")
    } else {
      return nil
    }
  }

  /// What was written where a name should stand; nil when it is no key that is known.
  init?(name text: String) {
    if text.hasPrefix("age1") && text.utf8.count > 50 {
      self.init(
        what: "is a key of age",
        hint: "only age seals for it; ask for what valise key export prints")
    } else if text.contains(" "), OpenSSH.isPresent(in: text.utf8.span) {
      self.init(
        what: "is a public key, and no name",
        hint: "-R FILE takes a file of such lines; valise contact add NAME FILE keeps one")
    } else {
      return nil
    }
  }

  /// A file of configuration whose values sops sealed; nil for any other.
  init?(valuesOf bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.contains("ENC[AES256_GCM,"), text.contains(/(?m)^\[?[ \t]*"?sops/) else {
      return nil
    }
    self.init(
      what: "sops sealed its values",
      hint: "sops -d FILE | valise secrets encrypt --format yaml -r NAME - seals them anew")
  }

  private init(what: String, hint: String) {
    self.what = what
    self.hint = hint
  }

  /// Whether it begins with a session key for a reader or a passphrase (RFC 9580 §5.1, §5.3): no text
  /// does.
  private static func isPGPMessage(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count > 2 else { return false }
    switch bytes[0] {
    case 0x84...0x86, 0x8C...0x8E, 0xC1: return true
    case 0xC3: return !(0x80...0xBF).contains(bytes[1])
    default: return false
    }
  }

  /// Whether it is a compact JWS; of one in JSON the reader of envelopes tells.
  private static func isSignedMessage(_ bytes: Span<UInt8>) -> Bool {
    // A compact JWE has four dots. The payload may be long.
    guard bytes.hasPrefix("eyJ") else { return false }
    let dots = bytes.indices.filter { bytes[$0] == UInt8(ascii: ".") }.count
    return dots == 2 || dots == 1 && bytes.count == byteCount
  }
}

internal import COpenSSL

/// A cipher of OpenSSL's default provider, looked up once.
///
/// A look-up takes a lock and a search by name: ten thousand recipients would pay it ten thousand
/// times.
@safe
final class FetchedCipher: @unchecked Sendable, Hashable {
  // Sendable: an EVP_CIPHER is constant and counted atomically.
  let pointer: OpaquePointer?

  private init(_ name: String) { unsafe pointer = EVP_CIPHER_fetch(nil, name, nil) }

  static let aes128GCM = FetchedCipher("AES-128-GCM")
  static let aes192GCM = FetchedCipher("AES-192-GCM")
  static let aes256GCM = FetchedCipher("AES-256-GCM")
  static let aes128CBC = FetchedCipher("AES-128-CBC")
  static let aes192CBC = FetchedCipher("AES-192-CBC")
  static let aes256CBC = FetchedCipher("AES-256-CBC")
  static let aes128CTR = FetchedCipher("AES-128-CTR")
  static let aes192CTR = FetchedCipher("AES-192-CTR")
  static let aes256CTR = FetchedCipher("AES-256-CTR")
  static let chacha20 = FetchedCipher("ChaCha20")
  static let aes128Wrap = FetchedCipher("AES-128-WRAP")
  static let aes192Wrap = FetchedCipher("AES-192-WRAP")
  static let aes256Wrap = FetchedCipher("AES-256-WRAP")
  static let chacha20Poly1305 = FetchedCipher("ChaCha20-Poly1305")

  static func == (left: FetchedCipher, right: FetchedCipher) -> Bool { left === right }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A MAC of OpenSSL's default provider, looked up once.
@safe
final class FetchedMAC: @unchecked Sendable {
  // Sendable: an EVP_MAC is constant and counted atomically.
  let pointer: OpaquePointer?

  private init(_ name: String) { unsafe pointer = EVP_MAC_fetch(nil, name, nil) }

  static let hmac = FetchedMAC("HMAC")
}

/// A key derivation of OpenSSL's default provider, looked up once.
@safe
final class FetchedKDF: @unchecked Sendable {
  // Sendable: an EVP_KDF is constant and counted atomically.
  let pointer: OpaquePointer?

  private init(_ name: String) { unsafe pointer = EVP_KDF_fetch(nil, name, nil) }

  static let hkdf = FetchedKDF("HKDF")
  static let sskdf = FetchedKDF("SSKDF")
}

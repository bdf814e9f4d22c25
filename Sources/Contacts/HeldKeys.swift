internal import JOSE

/// The private keys of an identity that are on this machine.
struct HeldKeys: Sendable {
  let signingKey: PrivateJWK
  /// This device's current one first.
  var decryptionKeys: [PrivateJWK]
  /// Those among them that another device handed over.
  var inheritedKeys: [PublicJWK] = []
  /// What protects them; nil for nothing.
  var passphrase: SecretBytes?

  /// All of them, the key that others seal for first: programs that know of one key take that.
  var keys: [PrivateJWK] {
    decryptionKeys.prefix(1) + [signingKey] + decryptionKeys.dropFirst()
  }

  /// Whether it is a key of this device.
  func isOwn(_ key: PrivateJWK) -> Bool { !key.publicKey.isAmong(inheritedKeys) }
}

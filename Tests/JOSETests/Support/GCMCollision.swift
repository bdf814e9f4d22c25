import Primitives

/// One AES-256-GCM ciphertext of 16 bytes whose tag holds under two keys.
struct GCMCollision {
  let ciphertext, tag: [UInt8]

  /// A tag is affine in the one block: tag(C) = tag(0) + C · H², H depending on the key.
  init(_ keys: (SecretBytes, SecretBytes), nonce: [UInt8], additionalData: [UInt8]) throws {
    func tag(_ key: SecretBytes, _ block: GaloisElement) throws -> GaloisElement {
      func seal(_ plaintext: [UInt8]) throws -> (ciphertext: [UInt8], tag: [UInt8]) {
        let sealer = try AEAD.aes256GCM.sealer(
          key: key, nonce: nonce.span, additionalData: additionalData.span)
        var ciphertext: [UInt8] = []
        try sealer.update(plaintext.span, appendingTo: &ciphertext)
        let tag = try sealer.finish(appendingTo: &ciphertext)
        return (ciphertext, tag)
      }
      let keyStream = GaloisElement(try seal(GaloisElement.zero.block).ciphertext)
      return GaloisElement(try seal((keyStream + block).block).tag)
    }
    let one = GaloisElement([0x80])
    let constants = (try tag(keys.0, .zero), try tag(keys.1, .zero))
    let factors = (
      try tag(keys.0, one) + constants.0, try tag(keys.1, one) + constants.1
    )
    let block = (constants.0 + constants.1) * (factors.0 + factors.1).inverse
    ciphertext = block.block
    self.tag = try tag(keys.0, block).block
  }
}

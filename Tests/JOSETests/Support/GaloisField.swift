import Primitives

/// GF(2^128) as GCM writes it: the first bit is the lowest coefficient (NIST SP 800-38D §6.3).
struct GaloisField: Equatable {
  var high, low: UInt64

  static let zero = GaloisField(high: 0, low: 0)
  static let one = GaloisField(high: 1 << 63, low: 0)

  init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

  init(_ bytes: [UInt8]) {
    high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    low = bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  var bytes: [UInt8] {
    [high, low].flatMap { word in
      stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> UInt64($0)) }
    }
  }

  static func + (a: GaloisField, b: GaloisField) -> GaloisField {
    GaloisField(high: a.high ^ b.high, low: a.low ^ b.low)
  }

  static func * (a: GaloisField, b: GaloisField) -> GaloisField {
    var (product, factor) = (zero, a)
    for index in 0..<128 {
      let word = index < 64 ? b.high : b.low
      if word >> UInt64(63 - index % 64) & 1 == 1 { product = product + factor }
      let carry: UInt64 = factor.low & 1 == 1 ? 0xE1 << 56 : 0
      factor = GaloisField(
        high: factor.high >> 1 ^ carry, low: factor.low >> 1 | factor.high << 63)
    }
    return product
  }

  /// The power 2^128 - 2.
  var inverse: GaloisField {
    var (result, square) = (GaloisField.one, self)
    for _ in 1..<128 {
      square = square * square
      result = result * square
    }
    return result
  }
}

/// One AES-256-GCM ciphertext of 16 bytes whose tag holds under two keys.
struct GCMCollision {
  let ciphertext, tag: [UInt8]

  /// A tag is affine in the one block: tag(C) = tag(0) + C · H², H depending on the key.
  init(_ keys: (SecretBytes, SecretBytes), nonce: [UInt8], additionalData: [UInt8]) throws {
    func tag(_ key: SecretBytes, _ block: GaloisField) throws -> GaloisField {
      func seal(_ plaintext: [UInt8]) throws -> (ciphertext: [UInt8], tag: [UInt8]) {
        let sealer = try AEAD.aes256GCM.sealer(
          key: key, nonce: nonce.span, additionalData: additionalData.span)
        var ciphertext: [UInt8] = []
        try sealer.update(plaintext.span, appendingTo: &ciphertext)
        let tag = try sealer.finish(appendingTo: &ciphertext)
        return (ciphertext, tag)
      }
      let keyStream = GaloisField(try seal(GaloisField.zero.bytes).ciphertext)
      return GaloisField(try seal((keyStream + block).bytes).tag)
    }
    let constants = (try tag(keys.0, .zero), try tag(keys.1, .zero))
    let factors = (
      try tag(keys.0, .one) + constants.0, try tag(keys.1, .one) + constants.1
    )
    let block = (constants.0 + constants.1) * (factors.0 + factors.1).inverse
    ciphertext = block.bytes
    self.tag = try tag(keys.0, block).bytes
  }
}

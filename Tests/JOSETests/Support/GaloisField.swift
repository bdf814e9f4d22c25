/// A block of AES-GCM as an element of GF(2^128), its first bit the coefficient of 1 (NIST SP 800-38D
/// §6.3).
struct GaloisElement: Equatable {
  private let value: UInt128

  init(_ block: some Collection<UInt8>) {
    value = block.reduce(0) { $0 << 8 | UInt128($1) } << (8 * UInt128(16 - block.count))
  }

  private init(_ value: UInt128) { self.value = value }

  static let zero = GaloisElement(UInt128(0))

  var block: [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: value >> (120 - 8 * UInt128($0))) }
  }

  static func + (left: Self, right: Self) -> Self { Self(left.value ^ right.value) }

  static func * (left: Self, right: Self) -> Self {
    var product: UInt128 = 0
    var term = right.value
    for bit in 0..<UInt128(128) {
      if left.value >> (127 - bit) & 1 == 1 { product ^= term }
      term = term & 1 == 1 ? term >> 1 ^ 0xE1 << 120 : term >> 1
    }
    return Self(product)
  }

  /// By Fermat: to the power of 2^128 - 2.
  var inverse: Self {
    var power = self * self
    var product = power
    for _ in 2..<128 {
      power = power * power
      product = product * power
    }
    return product
  }

  /// GHASH of additional data and whole blocks of ciphertext, under the hash key.
  func ghash(_ additionalData: [UInt8], _ ciphertext: [UInt8]) -> Self {
    var hash = Self.zero
    for part in [additionalData, ciphertext] {
      for start in stride(from: 0, to: part.count, by: 16) {
        hash = (hash + Self(part[start..<min(start + 16, part.count)])) * self
      }
    }
    let lengths = Self(UInt128(additionalData.count * 8) << 64 | UInt128(ciphertext.count * 8))
    return (hash + lengths) * self
  }
}

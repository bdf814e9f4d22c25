/// From counts of Unicode scalars, which libyaml's marks are, to offsets of bytes.
struct TextOffsets {
  private let bytes: [UInt8]
  /// The offset of every 64th scalar; empty for ASCII, where both are the same.
  private let checkpoints: [Int]

  private static let stride = 64

  /// Of a text that is UTF-8.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var checkpoints: [Int] = []
    if bytes.contains(where: { $0 >= 0x80 }) {
      var scalarCount = 0
      for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
        if scalarCount % Self.stride == 0 { checkpoints.append(offset) }
        scalarCount += 1
      }
    }
    self.checkpoints = checkpoints
  }

  /// The offset of the scalar at `index`, or the text's end.
  func offset(_ index: Int) -> Int {
    guard !checkpoints.isEmpty else { return min(index, bytes.count) }
    guard index / Self.stride < checkpoints.count else { return bytes.count }
    var offset = checkpoints[index / Self.stride]
    var rest = index % Self.stride
    while rest > 0, offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      rest -= 1
    }
    return offset
  }
}

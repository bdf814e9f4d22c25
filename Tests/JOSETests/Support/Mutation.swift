import Seeded

extension SeededGenerator {
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
  }

  /// `bytes` after one to three random edits: flip, delete, insert, duplicate, truncate or splice.
  mutating func mutated(_ bytes: [UInt8], splicingFrom other: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      let at = Int.random(in: 0..<bytes.count, using: &self)
      let end = min(bytes.count, at + Int.random(in: 1...40, using: &self))
      switch Int.random(in: 0..<7, using: &self) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 1: bytes.removeSubrange(at..<end)
      case 2: bytes.insert(UInt8.random(in: 0...255, using: &self), at: at)
      case 3: bytes.insert(contentsOf: bytes[at..<end], at: at)
      case 4: bytes.removeSubrange(at...)
      case 5:
        // What means something in JSON is likelier to lead somewhere.
        bytes[at] = Array("{}[]\",:\\.0e-_A= \n".utf8).randomElement(using: &self) ?? 0
      default:
        let start = Int.random(in: 0..<other.count, using: &self)
        let stop = min(other.count, start + Int.random(in: 1...80, using: &self))
        bytes.replaceSubrange(at..<end, with: other[start..<stop])
      }
    }
    return bytes
  }
}

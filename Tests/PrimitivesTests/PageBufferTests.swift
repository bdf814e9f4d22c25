import Primitives
import Testing

/// Room that is used again and again.
@Suite struct PageBufferTests {
  private struct Problem: Error, Equatable {}

  private static func bytes(_ buffer: PageBuffer) -> [UInt8] {
    buffer.withBytes { [UInt8](copying: $0) }
  }

  @Test("a buffer has whole pages and at least what was asked for", arguments: [0, 1, 4096, 4097])
  func size(_ byteCount: Int) {
    let buffer = PageBuffer(byteCount: byteCount)
    #expect(buffer.capacity >= max(1, byteCount) && buffer.capacity % 4096 == 0)
    #expect(Self.bytes(buffer).isEmpty)
  }

  @Test("what is appended stays until all is removed, up to the last byte of the room")
  func filling() {
    let buffer = PageBuffer(byteCount: 4096)
    buffer.append { $0.append(1) }
    buffer.append { output in
      let freeCapacity = output.freeCapacity
      #expect(freeCapacity == buffer.capacity - 1)
      while output.freeCapacity > 0 { output.append(2) }
    }
    #expect(Self.bytes(buffer) == [1] + [UInt8](repeating: 2, count: buffer.capacity - 1))
    buffer.removeAll()
    #expect(Self.bytes(buffer).isEmpty)
    buffer.append { $0.append(3) }
    #expect(Self.bytes(buffer) == [3])
  }

  @Test("after an error the buffer has what was appended until then")
  func failing() {
    let buffer = PageBuffer(byteCount: 10)
    #expect(throws: Problem()) {
      try buffer.append { (output) throws(Problem) in
        output.append(7)
        throw Problem()
      }
    }
    #expect(Self.bytes(buffer) == [7])
  }
}

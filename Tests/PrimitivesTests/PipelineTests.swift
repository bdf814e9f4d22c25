import Primitives
import Synchronization
import Testing

/// Four stages on some threads: the order, the end, and whose error is told.
@Suite struct PipelineTests {
  private struct Problem: Error, Equatable { let name: String }

  private static func pass(
    _ bytes: Span<UInt8>, _ output: inout OutputSpan<UInt8>, _: Bool
  ) throws(Problem) {
    output.append(copying: bytes)
  }

  /// Two transforms, as sealing and opening have.
  private func run(
    byteCount: Int, fill: (inout OutputSpan<UInt8>) throws(Problem) -> Bool,
    first: @escaping Transform, second: @escaping Transform,
    drain: (Span<UInt8>) throws(Problem) -> Void
  ) throws(Problem) {
    try Pipeline.run(
      byteCount: byteCount, fill: fill, stages: [.transform(first), .transform(second)],
      drain: drain)
  }

  private typealias Transform = (
    Span<UInt8>, inout OutputSpan<UInt8>, Bool
  ) throws(Problem) -> Void

  @Test(
    "without a stage in between, what is filled is drained in order", arguments: [1, 2, 3, 100])
  func noStages(_ count: Int) throws {
    var next: UInt8 = 0
    var drained: [UInt8] = []
    try Pipeline.run(
      byteCount: 1,
      fill: { (buffer) throws(Problem) in
        buffer.append(next)
        next += 1
        return next < count
      }, stages: [],
      drain: { (piece) throws(Problem) in
        for index in piece.indices { drained.append(piece[index]) }
      })
    #expect(drained == (0..<count).map { UInt8($0) })
  }

  @Test(
    "each stage sees every piece once and in order, and the last one as the last",
    arguments: [1, 2, 3, 6, 7, 100, 3000])
  func order(_ count: Int) throws {
    var next = 0
    var first: [UInt8] = []
    var second: [UInt8] = []
    var drained: [UInt8] = []
    var lastFlags: [Bool] = []
    try run(byteCount: 8) { (buffer) throws(Problem) in
      let isEmpty = buffer.isEmpty
      #expect(isEmpty)
      buffer.append(UInt8(truncatingIfNeeded: next))
      next += 1
      return next < count
    } first: { (bytes, output, isLast) throws(Problem) in
      first.append(bytes[0])
      lastFlags.append(isLast)
      output.append(bytes[0] &+ 1)
    } second: { (bytes, output, _) throws(Problem) in
      second.append(bytes[0])
      output.append(bytes[0] &+ 1)
    } drain: { (bytes) throws(Problem) in
      drained.append(bytes[0])
    }
    let filled = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    #expect(first == filled)
    #expect(second == filled.map { $0 &+ 1 })
    #expect(drained == filled.map { $0 &+ 2 })
    #expect(lastFlags == (0..<count).map { $0 == count - 1 })
  }

  @Test(
    "an error of any stage is thrown, and no stage waits for ever", arguments: 0..<4, [1, 5, 50])
  func failure(_ stage: Int, _ piece: Int) {
    var counts = [0, 0, 0, 0]
    let filled = Atomic(0)
    let failing = Atomic(0)
    func step(_ own: Int) throws(Problem) {
      guard own == stage else { return }
      if failing.add(1, ordering: .relaxed).newValue == piece { throw Problem(name: "\(own)") }
    }
    #expect(throws: Problem(name: "\(stage)")) {
      try run(byteCount: 8) { (buffer) throws(Problem) in
        try step(0)
        filled.add(1, ordering: .relaxed)
        buffer.append(1)
        return true
      } first: { (bytes, output, isLast) throws(Problem) in
        try step(1)
        try Self.pass(bytes, &output, isLast)
      } second: { (bytes, output, isLast) throws(Problem) in
        try step(2)
        try Self.pass(bytes, &output, isLast)
      } drain: { (_) throws(Problem) in
        try step(3)
        counts[3] += 1
      }
    }
    // The ring holds six pieces: nothing runs further ahead of what is drained.
    #expect(filled.load(ordering: .relaxed) <= piece + 6)
  }

  @Test("after an error nothing more is drained")
  func nothingAfterAnError() {
    var drainedCount = 0
    #expect(throws: Problem(name: "second")) {
      try run(byteCount: 8) { (buffer) throws(Problem) in
        buffer.append(1)
        return true
      } first: { (bytes, output, isLast) throws(Problem) in
        try Self.pass(bytes, &output, isLast)
      } second: { (_, _, _) throws(Problem) in
        throw Problem(name: "second")
      } drain: { (_) throws(Problem) in
        drainedCount += 1
      }
    }
    #expect(drainedCount == 0)
  }

  @Test("the buffers are used again, no more than the ring holds, and begin with a page")
  func reuse() throws {
    var next = 0
    var addresses: Set<UInt> = []
    try run(byteCount: 1 << 16) { (buffer) throws(Problem) in
      buffer.append(7)
      next += 1
      return next < 1000
    } first: { (bytes, output, isLast) throws(Problem) in
      try Self.pass(bytes, &output, isLast)
    } second: { (bytes, output, isLast) throws(Problem) in
      try Self.pass(bytes, &output, isLast)
    } drain: { (bytes) throws(Problem) in
      addresses.insert(bytes.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) })
    }
    #expect(addresses.count <= 6 + 3)
    #expect(addresses.allSatisfy { $0 % 4096 == 0 })
  }

  @Test(
    "a watcher sees each piece as it stands at its place, once and in order", arguments: [1, 40])
  func watching(_ count: Int) throws {
    var next: UInt8 = 0
    var before: [UInt8] = []
    var after: [UInt8] = []
    var drained: [UInt8] = []
    try Pipeline.run(
      byteCount: 8,
      fill: { (buffer) throws(Problem) in
        buffer.append(next)
        next += 1
        return next < count
      },
      stages: [
        .watch { (bytes) throws(Problem) in before.append(bytes[0]) },
        .transform { (bytes, output, _) throws(Problem) in output.append(bytes[0] + 100) },
        .watch { (bytes) throws(Problem) in after.append(bytes[0]) },
      ], drain: { (bytes) throws(Problem) in drained.append(bytes[0]) })
    #expect(before == (0..<UInt8(count)).map { $0 })
    #expect(after == before.map { $0 + 100 })
    #expect(drained == after)
  }

  @Test("an error of a watcher is thrown")
  func watcherFails() {
    #expect(throws: Problem(name: "watcher")) {
      try Pipeline.run(
        byteCount: 8,
        fill: { (buffer) throws(Problem) in
          buffer.append(1)
          return true
        },
        stages: [.watch { (_) throws(Problem) in throw Problem(name: "watcher") }],
        drain: { (_) throws(Problem) in })
    }
  }

  @Test("a parallel map keeps the order and throws the error of the first half")
  func parallel() throws {
    let numbers = Array(0..<1000)
    let doubled = try Parallel.map(numbers) { (number) throws(Problem) in number * 2 }
    #expect(doubled == numbers.map { $0 * 2 })
    #expect(throws: Problem(name: "300")) {
      try Parallel.map(numbers) { (number) throws(Problem) in
        if number == 300 || number == 900 { throw Problem(name: "\(number)") }
        return number
      }
    }
  }
}

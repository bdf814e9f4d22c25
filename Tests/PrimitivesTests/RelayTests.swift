import Primitives
import Synchronization
import Testing

/// Two threads and a ring of buffers: the order, the end, and whose error is told.
@Suite struct RelayTests {
  private struct Problem: Error, Equatable { let name: String }

  @Test("what is filled is drained, all of it and in order", arguments: [1, 2, 3, 4, 5, 100, 2000])
  func order(_ count: Int) throws {
    var next = 0
    var drained: [UInt8] = []
    try Relay.run(bufferByteCount: 8) { (buffer) throws(Problem) in
      buffer.append(UInt8(truncatingIfNeeded: next))
      next += 1
      return next < count
    } drain: { (buffer) throws(Problem) in
      drained += buffer
    }
    #expect(drained == (0..<count).map { UInt8(truncatingIfNeeded: $0) })
  }

  @Test("an error of the filling side is thrown, and ends the draining")
  func fillFails() {
    var next = 0
    var drainedCount = 0
    #expect(throws: Problem(name: "fill")) {
      try Relay.run(bufferByteCount: 8) { (buffer) throws(Problem) in
        guard next < 10 else { throw Problem(name: "fill") }
        next += 1
        buffer.append(1)
        return true
      } drain: { (_) throws(Problem) in
        drainedCount += 1
      }
    }
    #expect(drainedCount <= 10)
  }

  @Test("an error of the draining side is thrown, and the filling side stops instead of waiting")
  func drainFails() {
    var drainedCount = 0
    let filledCount = Atomic(0)
    #expect(throws: Problem(name: "drain")) {
      try Relay.run(bufferByteCount: 8) { (buffer) throws(Problem) in
        filledCount.add(1, ordering: .relaxed)
        buffer.append(1)
        return true
      } drain: { (_) throws(Problem) in
        drainedCount += 1
        if drainedCount == 5 { throw Problem(name: "drain") }
      }
    }
    #expect(filledCount.load(ordering: .relaxed) <= 5 + 4)
  }

  @Test("an error in the first buffer is thrown without a thread")
  func firstFails() {
    #expect(throws: Problem(name: "first")) {
      try Relay.run(bufferByteCount: 8) { (_) throws(Problem) in
        throw Problem(name: "first")
      } drain: { (_) throws(Problem) in
        Issue.record("there is nothing to drain")
      }
    }
  }

  @Test("the buffers are used again: no more of them are ever made than the ring holds")
  func reuse() throws {
    var next = 0
    var addresses: Set<UInt> = []
    try Relay.run(bufferByteCount: 1 << 16) { (buffer) throws(Problem) in
      buffer.append(7)
      next += 1
      return next < 500
    } drain: { (buffer) throws(Problem) in
      addresses.insert(buffer.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) })
    }
    #expect(addresses.count <= 4)
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

/// Two threads that pass buffers round in a ring: one fills them while the other drains them.
///
/// The buffers are made once and used again, so that a stream of any length costs the memory of four
/// of them. A side that is faster waits for the other. The first error of either ends both and is
/// thrown.
package enum Relay {
  private static let bufferCount = 4

  /// Runs until `fill` answers that there is no more, and all of it is drained.
  ///
  /// `fill` appends to an empty buffer and answers whether to call it again; it runs on a thread of
  /// its own. `drain` takes the buffers in order, on the calling thread. **The two must not share
  /// anything that either of them changes.** Content that fits in one buffer costs no thread.
  ///
  /// - Throws: what `fill` or `drain` throws, whichever came first.
  package static func run<Failure: Error>(
    bufferByteCount: Int,
    fill: (inout [UInt8]) throws(Failure) -> Bool,
    drain: (borrowing [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var first: [UInt8] = []
    first.reserveCapacity(bufferByteCount)
    guard try fill(&first) else { return try drain(first) }

    let ring = Ring<Failure>(first, count: bufferCount, byteCount: bufferByteCount)
    first = []
    let result = withoutActuallyEscaping(fill) { fill -> Result<Void, Failure> in
      let filler = Worker { ring.fillAll(fill) }
      let result = ring.drainAll(drain)
      filler.join()
      return result
    }
    try result.get()
  }

  /// The buffers, full and empty, and how the filling ended.
  private final class Ring<Failure: Error>: @unchecked Sendable {
    // Sendable: everything below is touched with the lock held, and a buffer that was taken out
    // belongs to the thread that took it.
    private let lock = Lock()
    private var full: [[UInt8]]
    private var empty: [[UInt8]]
    private var isFilled = false
    private var isCancelled = false
    private var failure: Failure?

    init(_ first: [UInt8], count: Int, byteCount: Int) {
      full = [first]
      empty = (1..<count).map { _ in
        var buffer: [UInt8] = []
        buffer.reserveCapacity(byteCount)
        return buffer
      }
    }

    func fillAll(_ fill: (inout [UInt8]) throws(Failure) -> Bool) {
      var goesOn = true
      while goesOn, var buffer = takeEmpty() {
        do throws(Failure) { goesOn = try fill(&buffer) } catch { return end(with: error) }
        put(&buffer, isLast: !goesOn)
      }
    }

    func drainAll(_ drain: (borrowing [UInt8]) throws(Failure) -> Void) -> Result<Void, Failure> {
      while var buffer = takeFull() {
        do throws(Failure) { try drain(buffer) } catch {
          cancel()
          return .failure(error)
        }
        giveBack(&buffer)
      }
      return failure.map { .failure($0) } ?? .success(())
    }

    private func takeEmpty() -> [UInt8]? {
      lock.withLock {
        while empty.isEmpty && !isCancelled { lock.wait() }
        return isCancelled ? nil : empty.popLast()
      }
    }

    // A buffer is passed on with no reference left behind, or the next writer would copy it.

    private func put(_ buffer: inout [UInt8], isLast: Bool) {
      lock.withLock {
        full.append(buffer)
        buffer = []
        isFilled = isLast
        lock.wake()
      }
    }

    private func end(with error: Failure) {
      lock.withLock {
        failure = error
        lock.wake()
      }
    }

    private func takeFull() -> [UInt8]? {
      lock.withLock {
        while full.isEmpty && !isFilled && failure == nil { lock.wait() }
        return failure != nil || full.isEmpty ? nil : full.removeFirst()
      }
    }

    private func giveBack(_ buffer: inout [UInt8]) {
      buffer.removeAll(keepingCapacity: true)
      lock.withLock {
        empty.append(buffer)
        buffer = []
        lock.wake()
      }
    }

    private func cancel() {
      lock.withLock {
        isCancelled = true
        lock.wake()
      }
    }
  }
}

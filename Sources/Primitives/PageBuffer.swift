internal import CSodium

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Room for bytes in memory pages of its own, filled and emptied again and again.
///
/// It never grows, is never copied, and is wiped in the end. The system and the ciphers like what
/// begins with a page: no line of the cache is shared with a neighbour that another thread writes to.
@safe
package final class PageBuffer {
  private let room: UnsafeMutableBufferPointer<UInt8>
  /// How many bytes are in it.
  package private(set) var count = 0 {
    didSet { writtenCount = max(writtenCount, count) }
  }
  /// How many bytes have ever been in it at once.
  private var writtenCount = 0

  /// Room for at least `byteCount` bytes; whole pages.
  package init(byteCount: Int) {
    let page = max(1, sysconf(Int32(_SC_PAGESIZE)))
    let capacity = max(1, (byteCount + page - 1) / page) * page
    let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: page)
    unsafe room = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: UInt8.self, capacity: capacity), count: capacity)
  }

  deinit {
    // Plaintext went by, and keys among it. What was never written to is no page of the process yet.
    unsafe sodium_memzero(room.baseAddress, writtenCount)
    unsafe room.deallocate()
  }

  /// How many bytes fit in it.
  package var capacity: Int { unsafe room.count }

  /// Lends the bytes.
  package func withBytes<Result, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(rebasing: room[..<count])))
  }

  /// Forgets the bytes and keeps the room.
  package func removeAll() { count = 0 }

  /// Lends the rest of the room to `body`, which appends to what is there.
  ///
  /// When `body` throws, what it had appended stays.
  package func append<Result, E: Error>(
    _ body: (inout OutputSpan<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    var output = unsafe OutputSpan(buffer: room, initializedCount: count)
    let result: Result
    do throws(E) { result = try body(&output) } catch {
      count = unsafe output.finalize(for: room)
      throw error
    }
    count = unsafe output.finalize(for: room)
    return result
  }
}

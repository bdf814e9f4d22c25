import JOSE
import Synchronization

@testable import Post

/// A transport that fails once, at one of its steps, after which everything works again.
final class FailingTransport: Transport {
  private let inner: MemoryTransport
  private let code: PostError.Code
  private let stepsLeft: Mutex<Int>

  init(_ inner: MemoryTransport, step: Int, code: PostError.Code) {
    self.inner = inner
    self.code = code
    stepsLeft = Mutex(step)
  }

  var hasFailed: Bool { stepsLeft.withLock { $0 < 0 } }

  private func step() throws(PostError) {
    let fails = stepsLeft.withLock { left in
      defer { if left >= 0 { left -= 1 } }
      return left == 0
    }
    if fails { throw PostError(code, "the transport fails") }
  }

  func list(_ folder: TransportPath, _ visit: (String) -> Bool) throws(PostError) {
    try step()
    try inner.list(folder, visit)
  }

  func get(
    _ path: TransportPath, limit: Int
  ) throws(PostError) -> (any RandomAccessBytes)? {
    try step()
    return try inner.get(path, limit: limit)
  }

  func putIfAbsent(
    _ path: TransportPath, _ content: any RandomAccessBytes
  ) throws(PostError) -> Bool {
    try step()
    return try inner.putIfAbsent(path, content)
  }

  func delete(_ path: TransportPath) throws(PostError) {
    try step()
    try inner.delete(path)
  }

  func synchronize() throws(PostError) { try step() }

  func freeByteCount() throws(PostError) -> UInt64? { nil }
}

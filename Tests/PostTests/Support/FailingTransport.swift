import JOSE
import Synchronization

@testable import Post

/// A transport that fails at one of its steps.
final class FailingTransport: Transport {
  enum Call: CaseIterable, Sendable { case list, get, put, delete, synchronize }

  private let inner: MemoryTransport
  private let call: Call?
  private let code: PostError.Code
  private let isForGood: Bool
  private let stepsLeft: Mutex<Int>

  /// Fails at step number `step` and once, after which everything works again.
  init(_ inner: MemoryTransport, step: Int, code: PostError.Code) {
    self.inner = inner
    self.code = code
    call = nil
    isForGood = false
    stepsLeft = Mutex(step)
  }

  /// Fails at the call of that kind and number, and ever after: as for a process that is killed
  /// there, nothing more is done.
  init(_ inner: MemoryTransport, killedAt call: Call, number: Int) {
    self.inner = inner
    self.call = call
    code = .inputOutput
    isForGood = true
    stepsLeft = Mutex(number)
  }

  var hasFailed: Bool { stepsLeft.withLock { $0 < 0 } }

  private func step(_ call: Call) throws(PostError) {
    let fails = stepsLeft.withLock { left in
      if left < 0 { return isForGood }
      guard self.call == nil || self.call == call else { return false }
      left -= 1
      return left < 0
    }
    if fails { throw PostError(code, "the transport fails") }
  }

  func list(_ folder: TransportPath, _ visit: (String) -> Bool) throws(PostError) {
    try step(.list)
    try inner.list(folder, visit)
  }

  func get(
    _ path: TransportPath, limit: Int
  ) throws(PostError) -> (any RandomAccessBytes)? {
    try step(.get)
    return try inner.get(path, limit: limit)
  }

  func putIfAbsent(
    _ path: TransportPath, _ content: any RandomAccessBytes
  ) throws(PostError) -> Bool {
    try step(.put)
    return try inner.putIfAbsent(path, content)
  }

  func delete(_ path: TransportPath) throws(PostError) {
    try step(.delete)
    try inner.delete(path)
  }

  func synchronize() throws(PostError) { try step(.synchronize) }

  func freeByteCount() throws(PostError) -> UInt64? { nil }
}

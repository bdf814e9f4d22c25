import JOSE
@testable import Post
import Synchronization

/// A post in memory.
///
/// Tests tear, double and hide its files beneath the protocol.
final class MemoryTransport: Transport {
  private let state = Mutex([String: [UInt8]]())
  private let log = Mutex([String]())

  var files: [String: [UInt8]] {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }

  /// The names that were put, in order.
  var history: [String] { log.withLock { $0 } }

  func names(_ folder: String) -> [String] {
    files.keys.filter { $0.hasPrefix("\(folder)/") }.map { String($0.dropFirst(folder.count + 1)) }
      .sorted()
  }

  func list(_ folder: TransportPath, _ visit: (String) -> Bool) throws(PostError) {
    for name in names(folder.description) where !name.contains("/") {
      guard visit(name) else { return }
    }
  }

  func get(
    _ path: TransportPath, limit: Int
  ) throws(PostError) -> (any RandomAccessBytes)? {
    guard let bytes = files[path.description] else { return nil }
    guard bytes.count <= limit else { throw PostError(.limitExceeded, "\(path) is too large") }
    return BytesInMemory(bytes)
  }

  func putIfAbsent(
    _ path: TransportPath, _ content: any RandomAccessBytes
  ) throws(PostError) -> Bool {
    let bytes = try floor { () throws(JOSEError) in try content.readAll() }
    log.withLock { $0.append(path.description) }
    return state.withLock { files in
      guard files[path.description] == nil else { return false }
      files[path.description] = bytes
      return true
    }
  }

  func delete(_ path: TransportPath) throws(PostError) {
    state.withLock { $0[path.description] = nil }
  }

  func synchronize() throws(PostError) {}

  func freeByteCount() throws(PostError) -> UInt64? { nil }
}

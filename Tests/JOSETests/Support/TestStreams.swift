import JOSE
import Primitives

/// Bytes that lie differently from the second time on that `watched` is read.
final class ShiftingBytes: RandomAccessBytes {
  private let first: [UInt8]
  private let later: [UInt8]
  private let watched: Int
  private var passCount = 0

  init(_ first: [UInt8], later: [UInt8], watched: Int) {
    self.first = first
    self.later = later
    self.watched = watched
  }

  var byteCount: UInt64 { UInt64(first.count) }
  /// How often the byte was read before it changes.
  var readsBeforeChange = 1

  func read(
    at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    guard offset < byteCount else { return 0 }
    let range = Int(offset)..<min(first.count, Int(offset) + count)
    let source = passCount >= readsBeforeChange ? later : first
    output.append(copying: source.span.extracting(range))
    if range.contains(watched) { passCount += 1 }
    return range.count
  }
}

/// A sink that cannot take back, and remembers what it showed.
final class Shown: ByteSink {
  private(set) var bytes: [UInt8] = []

  func write(_ span: Span<UInt8>) throws(JOSEError) { bytes += [UInt8](copying: span) }
}

internal import DurableFiles
internal import JOSE

/// How far a long job is, on a terminal's standard error.
final class Progress {
  private static let patience = Duration.seconds(1)
  private static let interval = Duration.milliseconds(100)

  private let total: UInt64?
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var last = ContinuousClock.now
  private var done: UInt64 = 0
  private var hasDrawn = false

  init(total: UInt64?, quiet: Bool) {
    self.total = total
    isShown = !quiet && OutputStream.standardError().isTerminal
  }

  func advance(_ byteCount: Int) {
    done += UInt64(byteCount)
    guard isShown else { return }
    let now = ContinuousClock.now
    // A job that is over in a second needs no bar.
    guard now - start > Self.patience, now - last > Self.interval else { return }
    last = now
    hasDrawn = true
    let amount = total.map { total in
      "\(total == 0 ? 100 : min(100, done * 100 / total))% of \(Text.size(total))"
    }
    Console.write("\r\u{1B}[Kvalise: \(amount ?? Text.size(done))")
  }

  /// Takes the bar away again.
  func finish() {
    if hasDrawn { Console.write("\r\u{1B}[K") }
    hasDrawn = false
  }

  deinit { finish() }
}

/// A source that tells how far it is.
struct WatchedSource: ByteSource {
  let source: FileSource
  let progress: Progress

  var expectedByteCount: UInt64? { source.expectedByteCount }

  func read(
    upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    let read = try source.read(upTo: count, into: &output)
    progress.advance(read)
    return read
  }
}

/// An envelope that tells how far it was read.
struct WatchedBytes: RandomAccessBytes {
  let bytes: any RandomAccessBytes
  let progress: Progress

  var byteCount: UInt64 { bytes.byteCount }

  func read(
    at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    let read = try bytes.read(at: offset, upTo: count, into: &output)
    progress.advance(read)
    return read
  }
}

/// A sink that tells how far it is.
struct WatchedSink: StagedSink {
  private static let pieceByteCount: UInt64 = 16 << 20

  let sink: FileSink
  let progress: Progress

  func write(_ bytes: Span<UInt8>) throws(JOSEError) {
    try sink.write(bytes)
    progress.advance(bytes.count)
  }

  func reserve(_ byteCount: UInt64) throws(JOSEError) { try sink.reserve(byteCount) }

  /// In pieces, each of which the system may copy.
  func copy(
    _ range: Range<UInt64>, of source: any RandomAccessBytes
  ) throws(JOSEError) {
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, start + Self.pieceByteCount)
      try sink.copy(start..<end, of: source)
      progress.advance(Int(end - start))
      start = end
    }
  }

  func commit() throws(JOSEError) { try sink.commit() }
}

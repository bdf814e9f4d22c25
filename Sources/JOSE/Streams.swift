internal import Primitives

/// Where bytes come from, once and in order.
public protocol ByteSource {
  /// How many bytes there are in all, where that is known.
  var expectedByteCount: UInt64? { get }

  /// Appends at most `count` bytes to `output`, which has room for them, and returns how many; 0 at
  /// the end.
  ///
  /// - Throws: ``JOSEError`` `inputOutput`.
  func read(upTo count: Int, into output: inout OutputSpan<UInt8>) throws(JOSEError) -> Int
}

extension ByteSource {
  /// Appends at most `count` bytes to `buffer` and returns how many; 0 at the end.
  ///
  /// - Throws: ``JOSEError`` `inputOutput`.
  public func read(
    upTo count: Int, appendingTo buffer: inout [UInt8]
  ) throws(JOSEError) -> Int {
    guard count > 0 else { return 0 }
    var readCount = 0
    try buffer.append(addingCapacity: count) { (output) throws(JOSEError) in
      readCount = try read(upTo: count, into: &output)
    }
    return readCount
  }
}

/// Where bytes go, once and in order.
public protocol ByteSink {
  /// Takes all of `bytes`.
  ///
  /// - Throws: ``JOSEError`` `inputOutput`.
  func write(_ bytes: Span<UInt8>) throws(JOSEError)

  /// Is told how much will come, roughly and before any of it, where that is known.
  ///
  /// - Throws: ``JOSEError`` `inputOutput` when there is no room for it.
  func reserve(_ byteCount: UInt64) throws(JOSEError)

  /// Takes the bytes of `source` in `range`, all of them.
  ///
  /// - Throws: ``JOSEError`` `inputOutput`, `malformed` when there are fewer.
  func copy(_ range: Range<UInt64>, of source: any RandomAccessBytes) throws(JOSEError)
}

extension ByteSink {
  /// Makes nothing of it.
  public func reserve(_ byteCount: UInt64) throws(JOSEError) {}

  /// Reads and writes them piece by piece.
  public func copy(
    _ range: Range<UInt64>, of source: any RandomAccessBytes
  ) throws(JOSEError) {
    var piece: [UInt8] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      let wanted = Int(min(1 << 18, range.upperBound - offset))
      guard try source.read(at: offset, upTo: wanted, appendingTo: &piece) > 0 else {
        throw JOSEError(.malformed, "it became shorter while it was read")
      }
      try write(piece.span)
      offset += UInt64(piece.count)
      piece.removeAll(keepingCapacity: true)
    }
  }
}

/// A sink whose bytes nobody sees until they are committed, and never if they are not.
public protocol StagedSink: ByteSink {
  /// Makes what was written visible, all at once.
  ///
  /// - Throws: ``JOSEError`` `inputOutput`; nothing is visible then, unless the error says that only the
  ///   medium was not reached.
  func commit() throws(JOSEError)
}

/// Bytes that can be read at any place, more than once.
public protocol RandomAccessBytes {
  /// How many there are.
  var byteCount: UInt64 { get }

  /// Appends at most `count` of the bytes at `offset` to `output`, which has room for them, and returns
  /// how many; 0 past the end.
  ///
  /// - Throws: ``JOSEError`` `inputOutput`.
  func read(
    at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int
}

extension RandomAccessBytes {
  /// Appends at most `count` of the bytes at `offset` to `buffer` and returns how many; 0 past the
  /// end.
  ///
  /// - Throws: ``JOSEError`` `inputOutput`.
  public func read(
    at offset: UInt64, upTo count: Int, appendingTo buffer: inout [UInt8]
  ) throws(JOSEError) -> Int {
    guard count > 0 else { return 0 }
    var readCount = 0
    try buffer.append(addingCapacity: count) { (output) throws(JOSEError) in
      readCount = try read(at: offset, upTo: count, into: &output)
    }
    return readCount
  }

  /// All of the bytes; fewer when there turn out to be fewer.
  ///
  /// - Throws: ``JOSEError`` `inputOutput`.
  package func readAll() throws(JOSEError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(byteCount))
    while bytes.count < byteCount {
      let wanted = Int(byteCount) - bytes.count
      guard try read(at: UInt64(bytes.count), upTo: wanted, appendingTo: &bytes) > 0 else { break }
    }
    return bytes
  }
}

/// Bytes in memory, to read from.
public final class BytesInMemory: ByteSource, RandomAccessBytes {
  private let bytes: [UInt8]
  private var offset = 0

  /// Reads from `bytes`.
  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How many bytes there are.
  public var byteCount: UInt64 { UInt64(bytes.count) }
  /// How many bytes there are.
  public var expectedByteCount: UInt64? { byteCount }

  /// Appends at most `count` of the bytes that come next.
  public func read(
    upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    let read = try read(at: UInt64(offset), upTo: count, into: &output)
    offset += read
    return read
  }

  /// Appends at most `count` of the bytes at `offset`.
  public func read(
    at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    guard offset < byteCount else { return 0 }
    // A span of the property would have to end with the expression.
    let (bytes, start) = (bytes, Int(offset))
    let end = min(bytes.count, start + count)
    output.append(copying: bytes.span.extracting(start..<end))
    return end - start
  }
}

/// Bytes in memory that is wiped, to read from.
final class SecretSource: ByteSource {
  private let secret: SecretBytes
  private var offset = 0

  init(_ secret: SecretBytes) { self.secret = secret }

  var expectedByteCount: UInt64? { UInt64(secret.byteCount) }

  func read(upTo count: Int, into output: inout OutputSpan<UInt8>) throws(JOSEError) -> Int {
    let end = min(secret.byteCount, offset + count)
    secret.withBytes { output.append(copying: $0.extracting(offset..<end)) }
    defer { offset = end }
    return end - offset
  }
}

/// Bytes gathered in memory, seen once they are committed.
public final class BytesGathered: StagedSink {
  private var staged: [UInt8] = []
  /// What was committed; nil before.
  public private(set) var committed: [UInt8]?

  /// Gathers nothing yet.
  public init() {}

  /// Takes all of `bytes`.
  public func write(_ bytes: Span<UInt8>) throws(JOSEError) {
    // The standard library would write a zero into the one empty array that all threads share.
    guard !bytes.isEmpty else { return }
    staged.append(addingCapacity: bytes.count) { output in
      output.append(copying: bytes)
    }
  }

  /// Makes room at once, as growing moves all that is there; not for more than is likely in memory.
  public func reserve(_ byteCount: UInt64) throws(JOSEError) {
    staged.reserveCapacity(Int(min(byteCount, 1 << 26)))
  }

  /// Hands over what was committed and keeps no copy.
  func takeCommitted() -> [UInt8] {
    defer { committed = nil }
    return committed ?? []
  }

  /// Makes what was written visible as ``committed``.
  public func commit() throws(JOSEError) {
    committed = staged
    staged = []
  }
}

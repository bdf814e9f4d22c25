package import DurableFiles

// Files of the floor below, as sources and sinks of this one.

/// A file or a pipe, read in order.
package struct FileSource: ByteSource {
  private let file: InputFile

  package init(_ file: InputFile) { self.file = file }

  package var expectedByteCount: UInt64? { file.byteCount }

  package func read(
    upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    do { return try file.read(upTo: count, into: &output) } catch { throw JOSEError(error) }
  }
}

/// A regular file, read anywhere.
package struct FileAccess: RandomAccessBytes {
  package let file: InputFile
  package let byteCount: UInt64

  /// Nil for a pipe or a device, which must be spooled.
  package init?(_ file: InputFile) {
    guard let byteCount = file.byteCount else { return nil }
    self.file = file
    self.byteCount = byteCount
  }

  package func read(
    at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    do { return try file.read(at: offset, upTo: count, into: &output) } catch {
      throw JOSEError(error)
    }
  }
}

/// What came through a pipe, kept in a nameless file so that it can be read anywhere.
package struct SpooledBytes: RandomAccessBytes {
  private let spool: SpoolFile

  /// Reads `file` to its end.
  package init(_ file: InputFile) throws(JOSEError) {
    do {
      spool = try SpoolFile()
      var buffer: [UInt8] = []
      buffer.reserveCapacity(1 << 18)
      while try file.read(upTo: 1 << 18, appendingTo: &buffer) > 0 {
        try spool.write(buffer.span)
        buffer.removeAll(keepingCapacity: true)
      }
    } catch { throw JOSEError(error) }
  }

  package var byteCount: UInt64 { spool.byteCount }

  package func read(
    at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    do { return try spool.read(at: offset, upTo: count, into: &output) } catch {
      throw JOSEError(error)
    }
  }
}

/// A pipe, a device or standard output.
package struct StreamSink: ByteSink {
  private let stream: OutputStream

  package init(_ stream: OutputStream) { self.stream = stream }

  package func write(_ bytes: Span<UInt8>) throws(JOSEError) {
    do { try stream.write(bytes) } catch { throw JOSEError(error) }
  }
}

/// A file that appears when it is committed.
package struct FileSink: StagedSink {
  private let file: StagedFile

  package init(_ file: StagedFile) { self.file = file }

  package func write(_ bytes: Span<UInt8>) throws(JOSEError) {
    do { try file.write(bytes) } catch { throw JOSEError(error) }
  }

  package func reserve(_ byteCount: UInt64) throws(JOSEError) {
    do { try file.reserve(byteCount: byteCount) } catch { throw JOSEError(error) }
  }

  package func copy(
    _ range: Range<UInt64>, of source: any RandomAccessBytes
  ) throws(JOSEError) {
    // From file to file the system copies, and no byte comes up to us.
    guard let source = source as? FileAccess else {
      return try StreamedCopy(sink: self).copy(range, of: source)
    }
    do { try file.copy(range, of: source.file) } catch { throw JOSEError(error) }
  }

  package func commit() throws(JOSEError) {
    do { try file.commit() } catch { throw JOSEError(error) }
  }
}

/// Another sink's bytes by the way that needs nothing of it but ``ByteSink/write(_:)``.
private struct StreamedCopy<Sink: ByteSink>: ByteSink {
  let sink: Sink

  func write(_ bytes: Span<UInt8>) throws(JOSEError) { try sink.write(bytes) }
}

extension JOSEError {
  init(_ error: FileError) {
    self.init(.inputOutput, "\(error.path): \(error.reason)", underlying: error)
  }
}

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A nameless file that holds what came through a pipe, so that it can be read twice.
///
/// It goes away with the process, however that ends. Only ciphertext may be put in it.
package final class SpoolFile {
  private let descriptor: Descriptor
  /// The bytes written so far.
  package private(set) var byteCount: UInt64 = 0

  /// Opens one in `$TMPDIR`, else in /var/tmp, which unlike /tmp is rarely memory.
  package init() throws(FileError) {
    let wish = Platform.environment("TMPDIR") ?? ""
    let directory = wish.isEmpty ? "/var/tmp" : wish
    let path = "\(directory)/.valise-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
    descriptor = try Descriptor.open(
      path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600, name: "temporary file in \(directory)")
    unsafe unlink(path)
  }

  /// Appends `bytes`.
  ///
  /// - Throws: ``FileError`` `noSpace` or `failed`.
  package func write(_ bytes: Span<UInt8>) throws(FileError) {
    try descriptor.write(bytes)
    byteCount += UInt64(bytes.count)
  }

  /// Appends at most `count` of the bytes at `offset` to `buffer`.
  package func read(
    at offset: UInt64, upTo count: Int, appendingTo buffer: inout [UInt8]
  ) throws(FileError) -> Int {
    try descriptor.read(at: offset, upTo: count, appendingTo: &buffer)
  }

  /// Likewise to `output`, which has room for them.
  package func read(
    at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(FileError) -> Int {
    try descriptor.read(at: offset, upTo: count, into: &output)
  }
}

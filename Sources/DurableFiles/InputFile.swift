#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A file, a pipe or a terminal to read from.
package final class InputFile: Sendable {
  let descriptor: Descriptor
  /// The size when it was opened; nil for what is not a regular file.
  package let byteCount: UInt64?
  /// Which file it is.
  package let identity: FileIdentity

  /// The name that it was opened by.
  package var path: String { descriptor.path }
  /// The number, to hand to a call of the system.
  package var descriptorNumber: Int32 { descriptor.number }
  /// Whether a person types it.
  package var isTerminal: Bool { isatty(descriptor.number) == 1 }

  init(_ descriptor: Descriptor, isAtStart: Bool = true) throws(FileError) {
    let status = try descriptor.status()
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw FileError(.wrongKind, descriptor.path, "is a directory")
    }
    self.descriptor = descriptor
    identity = FileIdentity(status)
    byteCount = status.st_mode & S_IFMT == S_IFREG && isAtStart ? UInt64(status.st_size) : nil
  }

  /// Opens `path` for reading.
  ///
  /// - Throws: ``FileError`` `notFound`, `notPermitted`, or `wrongKind` for a directory.
  package convenience init(path: String) throws(FileError) {
    try self.init(Descriptor.open(path, O_RDONLY))
  }

  /// Opens the regular file at `path`, links followed.
  ///
  /// Never waits: opening a pipe that nobody writes to would.
  ///
  /// - Throws: ``FileError`` `notFound`, `notPermitted`, `wrongKind` for anything else.
  package convenience init(regularFile path: String) throws(FileError) {
    try self.init(Descriptor.open(path, O_RDONLY | O_NONBLOCK))
    guard byteCount != nil else {
      throw FileError(.wrongKind, path, "is not a regular file")
    }
  }

  /// Opens `path` for reading if it is a regular file itself; nil for anything else.
  ///
  /// Never waits: opening a pipe that nobody writes to would.
  ///
  /// - Throws: ``FileError`` `notFound`, `notPermitted`.
  package static func regular(path: String) throws(FileError) -> InputFile? {
    let file: InputFile
    do {
      file = try InputFile(Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW))
    } catch {
      // What it is instead (ELOOP for a link, ENXIO for a socket) does not matter.
      guard error.code == .notFound || error.code == .notPermitted else { return nil }
      throw error
    }
    return file.byteCount == nil ? nil : file
  }

  /// Standard input.
  ///
  /// A regular file of which something was read already counts as a pipe.
  package static func standardInput() throws(FileError) -> InputFile {
    try InputFile(
      Descriptor(STDIN_FILENO, path: "standard input", isOwned: false),
      isAtStart: lseek(STDIN_FILENO, 0, SEEK_CUR) == 0)
  }

  /// An inherited descriptor.
  package static func inherited(_ number: Int32) throws(FileError) -> InputFile {
    try InputFile(Descriptor(number, path: "descriptor \(number)", isOwned: false))
  }

  /// Appends at most `count` of the bytes that come next and returns how many; 0 at the end.
  package func read(
    upTo count: Int, appendingTo buffer: inout [UInt8]
  ) throws(FileError) -> Int {
    try descriptor.read(upTo: count, appendingTo: &buffer)
  }

  /// Appends at most `count` of the bytes at `offset`; only for regular files.
  package func read(
    at offset: UInt64, upTo count: Int, appendingTo buffer: inout [UInt8]
  ) throws(FileError) -> Int {
    try descriptor.read(at: offset, upTo: count, appendingTo: &buffer)
  }

  /// Appends at most `count` of the bytes that come next to `output`, which has room for them.
  package func read(
    upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(FileError) -> Int {
    try descriptor.read(upTo: count, into: &output)
  }

  /// Likewise of the bytes at `offset`; only for regular files.
  package func read(
    at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(FileError) -> Int {
    try descriptor.read(at: offset, upTo: count, into: &output)
  }

  /// All of the rest, at most `limit` bytes.
  ///
  /// - Throws: ``FileError`` `tooLarge` for more.
  package func readAll(limit: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    let pieceByteCount = min(1 << 16, limit + 1)
    // Growing by doubling would hold it three times over; each read makes room for a whole piece.
    if let byteCount {
      bytes.reserveCapacity(Int(min(byteCount, UInt64(limit))) + pieceByteCount)
    }
    while try read(upTo: min(pieceByteCount, limit + 1 - bytes.count), appendingTo: &bytes) > 0 {
      guard bytes.count <= limit else {
        throw FileError(.tooLarge, path, "is larger than \(limit) bytes")
      }
    }
    return bytes
  }
}

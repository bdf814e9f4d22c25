#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// An open file descriptor, closed with its owner, and the calls that retry when interrupted.
final class Descriptor: Sendable {
  let number: Int32
  let path: String
  private let isOwned: Bool

  /// Takes `number` over, or borrows it: standard streams are not ours to close.
  init(_ number: Int32, path: String, isOwned: Bool = true) {
    self.number = number
    self.path = path
    self.isOwned = isOwned
  }

  deinit { if isOwned { close(number) } }

  /// openat(2), never inherited by a child; the working directory is where `path` begins unless
  /// another is given, and errors call it `name` if there is one.
  static func open(
    _ path: String, _ flags: Int32, mode: mode_t = 0, in directory: Descriptor? = nil,
    name: String? = nil
  ) throws(FileError) -> Descriptor {
    while true {
      let number = unsafe openat(directory?.number ?? AT_FDCWD, path, flags | O_CLOEXEC, mode)
      if number >= 0 { return Descriptor(number, path: name ?? path) }
      guard errno == EINTR else { throw FileError.last(name ?? path) }
    }
  }

  /// The directory at `path`, called `name` in errors, to make durable what changes in it.
  ///
  /// To be opened before that, so that what stands in the way shows while nothing is changed.
  ///
  /// - Returns: nil for one that may be written to and not read: nobody can do it from here.
  static func openToSynchronize(
    _ path: String, in directory: Descriptor? = nil, name: String
  ) throws(FileError) -> Descriptor? {
    do { return try open(path, O_RDONLY | O_DIRECTORY, in: directory, name: name) } catch {
      guard error.code == .notPermitted else { throw error }
      return nil
    }
  }

  /// fstat(2).
  func status() throws(FileError) -> stat {
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw FileError.last(path) }
    return status
  }

  /// fstatat(2) of what is called `name` in this directory, itself if it is a link; nil when there is
  /// nothing.
  func status(of name: String) -> stat? {
    var status = stat()
    return unsafe fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }

  /// Who may read and write it.
  func permissions() throws(FileError) -> mode_t { try status().st_mode & 0o777 }

  /// write(2), until all is written.
  func write(_ bytes: Span<UInt8>) throws(FileError) {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.withUnsafeBufferPointer { buffer in
        #if canImport(Glibc)
          unsafe Glibc.write(
            number, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
        #else
          unsafe Darwin.write(
            number, buffer.baseAddress.map { unsafe $0 + offset }, buffer.count - offset)
        #endif
      }
      if count >= 0 {
        offset += count
      } else if !isToBeRepeated(after: errno, POLLOUT) {
        throw FileError.last(path)
      }
    }
  }

  /// read(2), or pread(2) with an offset; appends at most `count` bytes, none at the end.
  func read(
    at position: UInt64? = nil, upTo count: Int, appendingTo buffer: inout [UInt8]
  ) throws(FileError) -> Int {
    var readCount = 0
    try buffer.append(addingCapacity: count) { (output) throws(FileError) in
      readCount = try read(at: position, upTo: count, into: &output)
    }
    return readCount
  }

  /// read(2), or pread(2) with an offset; appends at most `count` bytes, for which there must be room.
  func read(
    at position: UInt64? = nil, upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(FileError) -> Int {
    precondition(count <= output.freeCapacity, "the buffer is too small")
    return unsafe try output.withUnsafeMutableBufferPointer {
      (room, initializedCount) throws(FileError) in
      guard let address = room.baseAddress else { return 0 }
      let target = unsafe address + initializedCount
      var read = 0
      repeat {
        #if canImport(Glibc)
          read =
            if let position { unsafe pread(number, target, count, off_t(position)) } else {
              unsafe Glibc.read(number, target, count)
            }
        #else
          read =
            if let position { unsafe pread(number, target, count, off_t(position)) } else {
              unsafe Darwin.read(number, target, count)
            }
        #endif
      } while read < 0 && isToBeRepeated(after: errno, POLLIN)
      guard read >= 0 else { throw FileError.last(path) }
      initializedCount += read
      return read
    }
  }

  /// Whether a call that failed is to be made again.
  ///
  /// Of a stream that we share others may have set O_NONBLOCK: the flag is the open file's, not the
  /// process's. Then it is waited for here, until reading or writing goes on.
  private func isToBeRepeated(after error: Int32, _ event: some BinaryInteger) -> Bool {
    guard error == EAGAIN else { return error == EINTR }
    var watched = pollfd(fd: number, events: Int16(event), revents: 0)
    // Whatever is wrong with the stream the next call tells.
    _ = unsafe poll(&watched, 1, -1)
    return true
  }

  /// fsync(2): what was written is on the medium afterwards.
  func synchronize() throws(FileError) {
    while fsync(number) != 0 {
      // Some file systems cannot do it for directories, nor pipes at all.
      if errno == EINVAL || errno == ENOTSUP { return }
      guard errno == EINTR else { throw FileError.last(path) }
    }
  }
}

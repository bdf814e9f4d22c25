internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Descriptor {
  /// Appends the bytes of `source` in `range`, all of them.
  func append(_ range: Range<UInt64>, of source: Descriptor) throws(FileError) {
    var rest = range
    #if os(Linux)
      rest = try appendInSystem(rest, of: source)
    #endif
    var piece: [UInt8] = []
    while !rest.isEmpty {
      let wanted = Int(min(1 << 18, rest.upperBound - rest.lowerBound))
      let count = try source.read(at: rest.lowerBound, upTo: wanted, appendingTo: &piece)
      guard count > 0 else {
        throw FileError(.failed, source.path, "became shorter while it was read")
      }
      try write(piece.span)
      piece.removeAll(keepingCapacity: true)
      rest = rest.lowerBound + UInt64(count)..<rest.upperBound
    }
  }

  #if os(Linux)
    /// copy_file_range(2), until all is copied or the system does not do it, as between some file
    /// systems; returns what is left.
    private func appendInSystem(
      _ range: Range<UInt64>, of source: Descriptor
    ) throws(FileError) -> Range<UInt64> {
      var offset = Int64(clamping: range.lowerBound)
      while UInt64(offset) < range.upperBound {
        let wanted = UInt(min(1 << 30, range.upperBound - UInt64(offset)))
        let count = unsafe valise_copy_range(source.number, &offset, number, wanted)
        if count < 0, errno == EINTR { continue }
        if count < 0, [ENOSPC, EDQUOT, EIO, EFBIG].contains(errno) { throw FileError.last(path) }
        // Some file systems answer 0 where there is more; reading tells.
        guard count > 0 else { break }
      }
      return UInt64(offset)..<range.upperBound
    }
  #endif
}

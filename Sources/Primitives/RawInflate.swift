internal import CZlib

/// DEFLATE without a wrapper (RFC 1951), decompressed piece by piece.
@safe
package final class RawInflate {
  // On the heap because zlib keeps the address.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether the compressed data came to its own end.
  package private(set) var isAtEnd = false

  private static let pieceByteCount = 1 << 16

  package init() throws(PrimitiveError) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    guard unsafe valise_inflate_init_raw(stream) == Z_OK else {
      throw PrimitiveError(.internalFailure, "no memory to inflate")
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Appends up to 64 KiB of what `compressed` holds and returns how much of it was used up.
  ///
  /// Call it again with the rest, until nothing is left and nothing comes out.
  ///
  /// - Throws: ``PrimitiveError`` `invalidEncoding` for anything but DEFLATE, and for data after its
  ///   end.
  package func inflate(
    _ compressed: Span<UInt8>, appendingTo output: inout [UInt8]
  ) throws(PrimitiveError) -> Int {
    guard !isAtEnd else {
      guard compressed.isEmpty else {
        throw PrimitiveError(.invalidEncoding, "there is data after the compressed data")
      }
      return 0
    }
    var used = 0
    try output.append(capacity: Self.pieceByteCount) { (address) throws(PrimitiveError) in
      try compressed.withAddress { (input) throws(PrimitiveError) in
        unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(mutating: input)
        unsafe stream.pointee.avail_in = UInt32(compressed.count)
        unsafe stream.pointee.next_out = unsafe address
        unsafe stream.pointee.avail_out = UInt32(Self.pieceByteCount)
        let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
        guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
          throw PrimitiveError(.invalidEncoding, "the data is not compressed")
        }
        isAtEnd = status == Z_STREAM_END
        used = unsafe compressed.count - Int(stream.pointee.avail_in)
      }
      return unsafe Self.pieceByteCount - Int(stream.pointee.avail_out)
    }
    return used
  }
}

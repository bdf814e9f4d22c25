#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension Span<UInt8> {
  /// The index of the first `byte`; nil when there is none.
  package func firstIndex(of byte: UInt8) -> Int? {
    withAddress { address in
      unsafe memchr(address, Int32(byte), count).map {
        unsafe UnsafeRawPointer($0) - UnsafeRawPointer(address)
      }
    }
  }
}

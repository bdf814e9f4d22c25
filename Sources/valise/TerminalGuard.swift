internal import JOSE

/// Looks for bytes that a terminal would obey rather than show.
final class TerminalGuard: ByteSink {
  private(set) var isPlainText = true

  func write(_ bytes: Span<UInt8>) throws(JOSEError) {
    for index in bytes.indices {
      let byte = bytes[index]
      if byte < 0x20, byte != 0x0A, byte != 0x0D, byte != 0x09 { isPlainText = false }
      if byte == 0x7F { isPlainText = false }
    }
  }
}

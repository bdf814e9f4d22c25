#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Secrets from outside, read with read(2) straight into protected memory.
package enum SecretInput {
  /// All that `descriptor` yields to its end.
  ///
  /// - Throws: ``PrimitiveError`` `limitExceeded` for more than `limit` bytes, `internalFailure`
  ///   when reading fails.
  package static func readAll(
    descriptor: Int32, limit: Int
  ) throws(PrimitiveError) -> SecretBytes {
    var filled = 0
    let room = try SecretBytes(byteCount: limit + 1) { (output) throws(PrimitiveError) in
      while filled <= limit {
        let offset = filled
        let count = output.withMutableAddress {
          unsafe read(descriptor, $0 + offset, limit + 1 - offset)
        }
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw PrimitiveError(.internalFailure, "it cannot be read") }
        guard count > 0 else { return }
        filled += count
      }
    }
    guard filled <= limit else {
      throw PrimitiveError(.limitExceeded, "it is larger than \(limit) bytes")
    }
    return room.extracting(0..<filled)
  }

  /// The first line that `descriptor` yields, without its end.
  ///
  /// - Throws: ``PrimitiveError`` as ``readAll(descriptor:limit:)``.
  package static func readLine(
    descriptor: Int32, limit: Int = 4096
  ) throws(PrimitiveError) -> SecretBytes {
    let all = try readAll(descriptor: descriptor, limit: limit)
    let count = all.withBytes { bytes in
      var end = bytes.indices.first { bytes[$0] == 0x0A } ?? bytes.count
      if end > 0, bytes[end - 1] == 0x0D { end -= 1 }
      return end
    }
    return all.extracting(0..<count)
  }

  /// Asks on the terminal, whatever the standard streams are, without showing what is typed.
  ///
  /// Keys are read one by one with signals off, so that an interrupt cannot leave the terminal mute.
  ///
  /// - Returns: what was typed; nil when there is no terminal, or the person gave up (Ctrl-C).
  /// - Throws: ``PrimitiveError`` `limitExceeded` for a line of more than 1,024 bytes.
  package static func ask(_ prompt: String) throws(PrimitiveError) -> SecretBytes? {
    let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var saved = termios()
    guard unsafe tcgetattr(terminal, &saved) == 0 else { return nil }
    var silent = saved
    silent.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
    guard unsafe tcsetattr(terminal, TCSAFLUSH, &silent) == 0 else { return nil }
    defer {
      _ = unsafe tcsetattr(terminal, TCSAFLUSH, &saved)
      write("\n", to: terminal)
    }
    write(prompt, to: terminal)
    return try readKeys(terminal)
  }

  /// Shows `secret` on the terminal after `words`, whatever the standard streams are.
  ///
  /// - Throws: ``PrimitiveError`` `internalFailure` when there is no terminal.
  package static func tell(
    _ words: String, _ secret: SecretBytes
  ) throws(PrimitiveError) {
    let terminal = unsafe open("/dev/tty", O_WRONLY | O_CLOEXEC)
    guard terminal >= 0 else { throw PrimitiveError(.internalFailure, "there is no terminal") }
    defer { close(terminal) }
    write(words, to: terminal)
    secret.withBytes { write($0, to: terminal) }
    write("\n", to: terminal)
  }

  /// Whether there is a terminal to ask on.
  package static var canAsk: Bool {
    let terminal = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return false }
    close(terminal)
    return true
  }

  private static func readKeys(_ terminal: Int32) throws(PrimitiveError) -> SecretBytes? {
    let limit = 1024
    var count = 0
    var isGivenUp = false
    let room = try SecretBytes(byteCount: limit) { (output) throws(PrimitiveError) in
      reading: while true {
        var key: UInt8 = 0
        let status = unsafe read(terminal, &key, 1)
        if status < 0 && errno == EINTR { continue }
        switch (status, key) {
        case (1, 0x0A), (1, 0x0D): break reading
        case (1, 0x04) where count > 0: break reading
        case (1, 0x7F), (1, 0x08):
          // A whole character goes, not a byte of it.
          while count > 0 {
            count -= 1
            if output[count] & 0xC0 != 0x80 { break }
          }
        case (1, 0x15): count = 0
        case (1, 0x03), (1, 0x04):
          isGivenUp = true
          break reading
        case (let status, _) where status != 1:
          isGivenUp = true
          break reading
        default:
          guard count < limit else {
            throw PrimitiveError(.limitExceeded, "the passphrase is over \(limit) bytes")
          }
          output[count] = key
          count += 1
        }
      }
    }
    return isGivenUp ? nil : room.extracting(0..<count)
  }

  private static func write(_ text: String, to descriptor: Int32) {
    let bytes = Array(text.utf8)
    write(bytes.span, to: descriptor)
  }

  private static func write(_ bytes: Span<UInt8>, to descriptor: Int32) {
    bytes.withAddress {
      #if canImport(Glibc)
        _ = unsafe Glibc.write(descriptor, $0, bytes.count)
      #else
        _ = unsafe Darwin.write(descriptor, $0, bytes.count)
      #endif
    }
  }
}

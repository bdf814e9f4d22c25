internal import JOSE

/// Looks for what a terminal would obey rather than show.
final class TerminalGuard: ByteSink {
  private var isShown = true
  /// The bytes of a character that is not whole yet.
  private var character: [UInt8] = []
  private var followsReturn = false

  /// Whether all that came is text that moves nothing, hides nothing and turns nothing around.
  ///
  /// A carriage return is text only where it ends a line: elsewhere the line would be written over.
  var isPlainText: Bool { isShown && character.isEmpty && !followsReturn }

  func write(_ bytes: Span<UInt8>) throws(JOSEError) {
    for index in bytes.indices { take(bytes[index]) }
  }

  private func take(_ byte: UInt8) {
    if followsReturn, byte != 0x0A { isShown = false }
    followsReturn = byte == 0x0D
    character.append(byte)
    guard character.count == Self.byteCount(after: character[0]) else { return }
    if let text = String(validating: character, as: UTF8.self) {
      for scalar in text.unicodeScalars where !isShown(scalar) { isShown = false }
    } else {
      isShown = false
    }
    character.removeAll(keepingCapacity: true)
  }

  private func isShown(_ scalar: Unicode.Scalar) -> Bool {
    guard !"\n\r\t".unicodeScalars.contains(scalar) else { return true }
    let properties = scalar.properties
    // Those of C1 are two bytes in UTF-8, and commands nonetheless.
    return properties.generalCategory != .control && !properties.isBidiControl
  }

  /// How long a character is that begins with `byte`.
  private static func byteCount(after byte: UInt8) -> Int {
    switch byte {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }
}

import JOSE
import Testing

@testable import valise

@Suite("What a terminal would obey") struct TerminalGuardTests {
  @Test(
    "text is plain in any script, with tabs and ends of lines, however it is cut",
    arguments: ["", "attack at dawn — schön\tja\r\n", "می\u{200C}خواهم 👩\u{200D}🚀\n", "\u{FEFF}漢字"])
  func plain(text: String) throws {
    for byteCount in 1...5 { #expect(try isPlain(Array(text.utf8), inPiecesOf: byteCount)) }
  }

  @Test(
    "controls of both kinds, marks that turn text around, and a line that is written over are not",
    arguments: [
      "\u{1B}[2J", "a\0", "a\u{7F}", "\u{9B}31m", "\u{9D}0;x\u{9C}", "\u{85}", "\u{202E}txt.exe",
      "\u{2066}x\u{2069}", "a\u{200F}", "safe\revil", "safe\r",
    ])
  func controls(text: String) throws {
    for byteCount in 1...5 { #expect(try !isPlain(Array(text.utf8), inPiecesOf: byteCount)) }
  }

  @Test(
    "what is not UTF-8 is not, nor what ends within a character",
    arguments: [
      [0xFF], [0x41, 0x9B, 0x41], [0xC2, 0x41], [0xC0, 0x9B], [0xE0, 0x82, 0x9B],
      [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0x41, 0xF0],
    ])
  func malformed(bytes: [UInt8]) throws {
    for byteCount in 1...5 { #expect(try !isPlain(bytes, inPiecesOf: byteCount)) }
  }

  private func isPlain(_ bytes: [UInt8], inPiecesOf byteCount: Int) throws -> Bool {
    let scan = TerminalGuard()
    for start in stride(from: 0, to: bytes.count, by: byteCount) {
      try scan.write(Array(bytes[start..<min(start + byteCount, bytes.count)]).span)
    }
    return scan.isPlainText
  }
}

@Suite("JSON on a terminal") struct ShownJSONTests {
  @Test("what would be obeyed or hidden is an escape, in names and in values")
  func escapes() {
    let json = JSONText.object([
      .init(
        "na\u{9B}me",
        .array([.string("\u{202E}a\u{3164}\u{FEFF}\u{E0041}\u{1B}\n\"ü漢"), .null]))
    ])
    #expect(
      json.shownLine
        == #"{"na\u009bme":["\u202ea\u3164\ufeff\udb40\udc41\u001b\u000a\"ü漢",null]}"#)
    #expect(json.shownText.split(separator: "\n").count == 6)
    #expect(!json.shownText.hasSuffix("\n"))
  }
}

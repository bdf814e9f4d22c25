import Testing

@testable import valise

@Suite("Text of strangers on a terminal")
struct TextTests {
  @Test("lines and tabs of a body stay, and lines may end as on Windows")
  func lines() {
    #expect(Text.paragraphs("Grüße,\n\n\tBob\r\n— €\n") == "Grüße,\n\n\tBob\n— €\n")
    #expect(Text.paragraphs("") == "")
    #expect(Text.paragraphs(#"a\nb"#) == #"a\nb"#)
  }

  @Test(
    "what would drive the terminal or hide something is shown, in a body as on one line",
    arguments: [
      ("\u{1B}[2J\u{1B}]0;x\u{7}", #"\u{1b}[2J\u{1b}]0;x\u{7}"#),
      ("\u{9B}31m\u{90}", #"\u{9b}31m\u{90}"#), ("a\u{8}b\u{7F}\0", #"a\u{8}b\u{7f}\u{0}"#),
      ("safe\revil", #"safe\u{d}evil"#),
      ("a\u{2028}b\u{2029}c\u{85}", #"a\u{2028}b\u{2029}c\u{85}"#),
      ("\u{202E}txt.exe\u{2066}x\u{2069}\u{200F}", #"\u{202e}txt.exe\u{2066}x\u{2069}\u{200f}"#),
      ("pay\u{200B}pal\u{FEFF}\u{AD}", #"pay\u{200b}pal\u{feff}\u{ad}"#),
      ("pay\u{200D}pal\u{200C}", #"pay\u{200d}pal\u{200c}"#),
      ("a\u{3164}b\u{115F}", #"a\u{3164}b\u{115f}"#), ("\u{E000}", #"\u{e000}"#),
    ])
  func escapes(text: String, shown: String) {
    #expect(Text.paragraphs(text) == shown)
    #expect(Text.shown(text) == shown)
  }

  @Test("one of something is one, and others are many")
  func counts() {
    #expect(Text.count(1, "message") == "1 message" && Text.count(0, "message") == "0 messages")
    #expect(Text.count(2, "box", "boxes") == "2 boxes" && Text.count(1, "box", "boxes") == "1 box")
  }

  @Test("on one line, lines and tabs are escaped too")
  func oneLine() { #expect(Text.shown("a\n\tb\r\n") == #"a\u{a}\u{9}b\u{d}\u{a}"#) }

  @Test("a carriage return before one that ends a line is no line's end")
  func doubled() { #expect(Text.paragraphs("a\r\r\nb\r") == "a\\u{d}\nb\\u{d}") }

  @Test("joiners stay where a script needs them, and in emoji")
  func joiners() {
    for text in ["می\u{200C}خواهم", "👩\u{200D}🚀", "❤\u{FE0F}\u{200D}🔥", "क्\u{200D}ष"] {
      #expect(Array(Text.paragraphs(text).utf8) == Array(text.utf8))
    }
    #expect(Text.paragraphs("م\u{200C}\u{200C}م") == #"م\u{200c}\u{200c}م"#)
    #expect(Text.paragraphs("\u{200D}🚀\u{200D}") == #"\u{200d}🚀\u{200d}"#)
  }
}

import Testing

@testable import valise

@Suite("The pager")
struct PagerTests {
  @Test(
    "the person's own wish comes first, and there may be none",
    arguments: [
      (["TERM": "xterm"], ["less"]),
      (["TERM": "xterm", "PAGER": "more -s"], ["more", "-s"]),
      (["TERM": "xterm", "PAGER": "more", "VALISE_PAGER": "most"], ["most"]),
      (["TERM": "xterm", "PAGER": "more", "VALISE_PAGER": ""], nil),
      (["TERM": "xterm", "PAGER": "cat"], nil), (["TERM": "xterm", "PAGER": " "], nil),
      (["TERM": "xterm", "PAGER": "less 'x"], nil),
      (["TERM": "dumb", "PAGER": "more"], nil), (["PAGER": "more"], nil),
    ])
  func choice(environment: [String: String], words: [String]?) {
    #expect(Pager.words { environment[$0] } == words)
  }

  @Test(
    "words are told apart as a shell does, which is not asked",
    arguments: [
      ("less -R  +/x ", ["less", "-R", "+/x"]), ("", []),
      (#"a 'b  "c' "d 'e""#, ["a", #"b  "c"#, "d 'e"]), (#"a''b '' """#, ["ab", "", ""]),
      (#"a\ b \'c "\"\d" '\'"#, ["a b", "'c", #""\d"#, #"\"#]),
      ("$HOME;x|y `z`", ["$HOME;x|y", "`z`"]), ("'open", nil), (#"open\"#, nil),
    ])
  func words(text: String, words: [String]?) {
    #expect(CommandWords.split(text) == words)
  }
}

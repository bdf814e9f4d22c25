import Seeded
import Testing

@testable import valise

@Suite("File names that strangers chose")
struct SafeNameTests {
  @Test(
    "a name becomes one that means a plain file where it is put",
    arguments: [
      ("plan.pdf", "plan.pdf"), ("Übersicht 2026.tar.gz", "Übersicht 2026.tar.gz"),
      ("cafe\u{301}.txt", "cafe\u{301}.txt"), ("❤\u{FE0F}.txt", "❤\u{FE0F}.txt"),
      ("../../etc/passwd", "passwd"), ("/etc/shadow", "shadow"), ("a/b/", "b"),
      (#"C:\Users\x\plan.doc"#, "plan.doc"), (#"..\plan"#, "plan"),
      ("", "attachment"), ("/", "attachment"), ("..", "attachment"), ("- -", "attachment"),
      ("\u{200B}\u{3164}", "attachment"), (".bashrc", "bashrc"), ("--force", "force"),
      (". .x", "x"), ("x. .", "x"), ("a\0b\n\u{1B}[2J", "ab[2J"),
      ("gpj\u{202E}exe.txt", "gpjexe.txt"), ("a\u{2028}b\u{2029}c\u{FEFF}", "abc"),
      ("-\u{338}x", "x"),
      ("CON", "_CON"), ("nul.txt", "_nul.txt"), ("com1 .tar.gz", "_com1 .tar.gz"),
      ("LPT¹", "_LPT¹"), ("console", "console"), ("COM10", "COM10"),
    ])
  func name(given: String, safe: String) {
    #expect(Array(SafeName.of(given).utf8) == Array(safe.utf8))
  }

  @Test("a long name is cut at a character and keeps its ending")
  func length() {
    let limit = SafeName.byteCount
    #expect(SafeName.of(String(repeating: "a", count: limit)).utf8.count == limit)
    #expect(
      SafeName.of(String(repeating: "a", count: limit) + ".pdf")
        == String(repeating: "a", count: limit - 4) + ".pdf")
    let umlauts = SafeName.of(String(repeating: "ü", count: limit) + ".txt")
    #expect(umlauts == String(repeating: "ü", count: 98) + ".txt")
    let family = "👩\u{1F3FD}"
    #expect(
      SafeName.of(String(repeating: family, count: 30)) == String(repeating: family, count: 25))
    let noEnding = "a." + String(repeating: "b", count: limit)
    #expect(SafeName.of(noEnding) == String(noEnding.prefix(limit)))
    let accents = String(repeating: "\u{301}", count: limit)
    #expect(SafeName.of("e" + accents).utf8.count == 199)
    #expect(SafeName.of("CONx" + accents + ".txt") == "_CON.txt")
    #expect(SafeName.of("nul." + String(repeating: "x", count: limit)).utf8.count == limit)
  }

  @Test("a number goes before the ending, and keeps the name short")
  func numbers() {
    #expect(SafeName.numbered("plan.pdf", 2) == "plan-2.pdf")
    #expect(SafeName.numbered("plan", 10) == "plan-10")
    let long = SafeName.of(String(repeating: "ü", count: 200) + ".txt")
    #expect(SafeName.numbered(long, 2).utf8.count <= 200)
    #expect(SafeName.numbered(long, 2).hasSuffix("-2.txt"))
  }

  @Test("whatever the name, the result is one visible component of bearable length")
  func property() {
    let seed: UInt64 = 0x5AFE
    var generator = SeededGenerator(seed: seed)
    let spice: [Unicode.Scalar] = [
      "/", "\\", ".", "-", " ", "\0", "\u{202E}", "\u{200D}", "\u{301}", "\u{A0}", "C", "O", "N",
    ]
    for round in 0..<3000 {
      var given = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...(round % 10 == 0 ? 300 : 12), using: &generator) {
        let any = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &generator))
        let isSpice = Bool.random(using: &generator)
        given.append(isSpice ? spice.randomElement(using: &generator) ?? "." : any ?? "/")
      }
      let safe = SafeName.of(String(given))
      for name in [safe, SafeName.numbered(safe, 2)] {
        let scalars = name.unicodeScalars
        let isOne = !scalars.contains("/") && !scalars.contains("\\")
        #expect(isOne && (1...200).contains(name.utf8.count), "\(seed), \(round)")
        #expect(scalars.allSatisfy(Text.isVisible), "\(seed), \(round)")
        #expect(![".", "-", " "].contains(scalars.first), "\(seed), \(round)")
        #expect(![".", " "].contains(scalars.last), "\(seed), \(round)")
      }
    }
  }
}

import Testing

@testable import Secrets

@Suite("what was sealed comes back as it was")
struct RoundTripTests {
  @Test("each format, sealed and opened", arguments: FileFormat.allCases)
  func each(format: FileFormat) throws {
    let texts: [FileFormat: String] = [
      .yaml: "a: 1\nb:\n  - x\n  - \"y\"\n", .json: "{\n  \"a\": 1,\n  \"b\": [\"x\"]\n}\n",
      .toml: "a = 1\n[b]\nc = \"x\"\n", .dotenv: "A=1\nB='x y'\n", .ini: "[a]\nb = c\n",
    ]
    let text = try #require(texts[format])
    let reader = try Reader()
    for text in [text, String(text.dropLast())] {
      let sealed = try SecretFile(text, format).sealed(for: reader)
      #expect(sealed.clearPaths.isEmpty)
      let opened = try sealed.opened(with: [reader.opener])
      #expect(string(opened.decrypted.copy) == text)
      #expect(try sealed.sealingAdditions(with: [reader.opener]) == sealed.bytes)
    }
  }
}

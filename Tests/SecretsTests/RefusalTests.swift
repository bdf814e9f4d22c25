import Testing

@testable import Secrets

@Suite("what cannot be kept exactly is refused, with its line")
struct RefusalTests {
  @Test(
    "YAML",
    arguments: [
      ("a: 1\na: 2\n", "line 2"), ("? [x]\n: 1\n", "line 1"), ("a: &x 1\n*x : 2\n", "line 2"),
      ("a: \"open\n", "line"), ("a: b: c\n", "line 1"), ("\ta: 1\n", "line 1"),
      ("a: !!int &x 5\n", "cannot be sealed"), ("valise: x\na: 1\n", "line 1"),
      ("1: a\n\"1\": b\n", "line 2"),
    ])
  func yaml(text: String, reason: String) throws { try expect(text, .yaml, reason) }

  @Test(
    "JSON",
    arguments: [
      ("{\"a\":1,\"a\":2}", "two members"), ("[1]", "not a JSON object"), ("{\"a\":1,}", "invalid"),
      ("{\"a\":1} x", "data after"), ("// c\n{}", "invalid"),
      ("{\"valise\": 1, \"a\": 1}", "block"),
      ("{\"a\":\"\u{1}\"}", "control"),
    ])
  func json(text: String, reason: String) throws { try expect(text, .json, reason) }

  @Test(
    "TOML",
    arguments: [
      ("a = 1\na = 2\n", "line 2"), ("[a]\n[a]\n", "line 2"), ("a = {b = 1}\n[a.c]\n", "line 2"),
      ("a = [1]\n[[a]]\n", "line 2"), ("[[a]]\n[a]\n", "line 2"), ("a.b = 1\na = 2\n", "line 2"),
      ("a = 1\na.b = 2\n", "line 2"), ("[a.b]\n[a]\nb.c = 1\n", "line 3"), ("a = 01\n", "line 1"),
      ("a = 1__0\n", "line 1"), ("a = 1.\n", "line 1"), ("a = tru\n", "line 1"),
      ("a =\n", "line 1"),
      ("a = \"x\n", "line 1"), ("a = \"\\q\"\n", "line 1"), ("a = '''x\n", "line"),
      ("a = {b = 1,}\n", "line 1"), ("a = {b = 1\n}\n", "line 1"), ("a = 1 b = 2\n", "line 1"),
      ("a = 2024-02-30\n", "line 1"), ("a = 25:00:00\n", "line 1"), ("a b = 1\n", "line 1"),
      ("= 1\n", "line 1"), ("[]\na = 1\n", "line 1"), ("[a\nb = 1\n", "line 1"),
      ("a = [1 2]\n", "line 1"),
      ("\"\"\"k\"\"\" = 1\n", "line 1"), ("a = \"\\uD800\"\n", "line 1"), ("a = 0xG\n", "line 1"),
      ("a = 1\rb = 2\n", "line 1"), ("[valise]\nx = 1\n[b]\nc = 1\n", "valise/x"),
    ])
  func toml(text: String, reason: String) throws { try expect(text, .toml, reason) }

  @Test(
    "dotenv",
    arguments: [
      ("A=1\nA=2\n", "line 2"), ("A=\"open\n", "line 1"), ("A='open\nB=1\n", "line 1"),
      ("not a pair\n", "line 1"), ("A='x\ny' z\n", "line 1"), ("1A=1\n", "line 1"),
      ("A=1\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n", "line 2"),
      ("A=1\nVALISE_KEY_0=x\n", "version"),
      ("A=1\nVALISE_VERSION=1\n", "no key or no digest"), ("A=1\nVALISE_VERSION=2\n", "version"),
    ])
  func dotenv(text: String, reason: String) throws { try expect(text, .dotenv, reason) }

  @Test(
    "INI",
    arguments: [
      ("[a\nb=1\n", "line 1"), ("[]\na=1\n", "line 1"), ("[a] x\nb=1\n", "line 1"),
      ("a=\"open\n", "line 1"), ("=1\n", "line 1"), ("a=1\nsome words here\n", "line 2"),
      ("a=C:\\dir\\\n[b]\nc=1\n", "line 2"), ("a=1\n-----BEGIN KEY-----\n", "line 2"),
    ])
  func ini(text: String, reason: String) throws { try expect(text, .ini, reason) }

  @Test("what nests too deep, in each format that nests")
  func depth() throws {
    let open = String(repeating: "[", count: 100_000)
    try expect("a: \(open)", .yaml, "nested")
    try expect("{\"a\": \(open)", .json, "nested")
    try expect("a = \(open)", .toml, "nested")
    let fine = String(repeating: "[", count: 50) + "1" + String(repeating: "]", count: 50)
    #expect(try SecretFile("a: \(fine)\n", .yaml).paths.count == 1)
    #expect(try SecretFile("a = \(fine)\n", .toml).paths.count == 1)
  }

  @Test("aliases that name themselves over and over cost nothing")
  func aliases() throws {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...30 {
      text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1), *a\(level - 1)]\n"
    }
    #expect(try SecretFile(text, .yaml).paths.count == 2)
  }

  @Test("a word alone on its line that looks like a key is not left in clear")
  func loneWords() throws {
    let token = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    try expect("a=1\n\(token)\n", .ini, "line 2")
    try expect("A=1\nAKIAIOSFODNN7EXAMPLE\n", .dotenv, "line 2")
    #expect(try SecretFile("[mysqld]\nskip-grant-tables\na=1\n", .ini).paths.count == 1)
    #expect(
      try SecretFile("[web]\nprod-web-01.eu-west-1.example.org\na=1\n", .ini).paths.count == 1)
    #expect(try SecretFile("MY_LONG_VARIABLE_NAME_2\nA=1\n", .dotenv).paths.count == 1)
  }

  @Test("what is not UTF-8 where the format is", arguments: [FileFormat.yaml, .json, .toml])
  func encoding(format: FileFormat) {
    let bytes = Array("a = \"".utf8) + [0xFF] + Array("\"\n".utf8)
    #expect(refusal { _ = try SecretFile(bytes, format: format) } == .malformed)
  }

  /// Expects that `text` is refused when it is read or sealed.
  private func expect(_ text: String, _ format: FileFormat, _ reason: String) throws {
    let reader = try Reader()
    #expect {
      _ = try SecretFile(text, format).encrypted(for: [reader.recipient])
    } throws: { error in
      guard let error = error as? SecretsError else { return false }
      return error.reason.contains(reason)
    }
  }
}

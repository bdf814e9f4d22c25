import Testing

@testable import Secrets

@Suite("paths and patterns")
struct PathTests {
  @Test(
    "a path's text reads back as the same path",
    arguments: [
      "a", "a/b", "a[0]", "[0]", "[0][1]/x", "#1/a", "#2[0]", "#1", ".", "\\.", "a/\\e", "\\e",
      "k\\/s\\[x\\]\\*\\?\\\\", "\\#1/a", "a/#1", "tab\\x09", "ключ/日本", "#1/#x", "a b/c.d",
    ])
  func text(text: String) throws {
    #expect(try path(text).description == text)
  }

  @Test("different components have different texts")
  func injective() {
    let keys: [SecretPath.Component] = ["", ".", "a", "a/b", "[0]", "#1", "\\e", "0", "\n"].map {
      .key(Array($0.utf8))
    }
    let components = keys + [.index(0), .index(1)]
    var paths = [SecretPath(), SecretPath([.document(1)])]
    for first in components {
      paths.append(SecretPath([first]))
      paths.append(SecretPath([.document(1), first]))
      for second in components { paths.append(SecretPath([first, second])) }
    }
    #expect(Set(paths.map(\.description)).count == paths.count)
  }

  @Test(
    "texts that are no path are refused",
    arguments: [
      "", "/", "a/", "/a", "a//b", "a[", "a[x]", "a[01]", "a[-1]", "a]", "a/[0]", "a[0]b", "\\",
      "\\q", "\\x1", "#", "#x", "#1x", "a*", "a?", "a[*]",
    ])
  func refused(text: String) {
    #expect(refusal { _ = try path(text) } == .malformed)
  }

  @Test(
    "patterns match what they say",
    arguments: [
      ("password", "a/b/password", true), ("password", "password/x[0]", true),
      ("password", "passwords", false), ("*_TOKEN", "X_TOKEN", true),
      ("*_TOKEN", "a/X_TOKEN", true),
      ("*_TOKEN", "TOKEN_X", false), ("a/b", "a/b", true), ("a/b", "x/a/b", false),
      ("a/b", "a/b/c", true), ("**/b", "b", true), ("**/b", "x/y/b/z", true),
      ("a/**/c", "a/c", true),
      ("a/**/c", "a/x/y/c", true), ("a/**/c", "a/x/y", false), ("a/*/c", "a/x/c", true),
      ("a/*/c", "a/c", false), ("users[*]/pw", "users[3]/pw", true),
      ("users[1]/pw", "users[3]/pw", false), ("users/pw", "users[3]/pw", false), ("?", "ü", true),
      ("??", "ü", false), ("**", "anything[0]/at/all", true), ("a\\*", "a\\*", true),
      ("a\\*", "ab", false), ("*", "a", true), ("Password", "password", false),
      ("pw", "#1/pw", true),
      ("*a*b*", "xxaxxbxx", true), ("*a*b*", "xxbxxaxx", false),
    ])
  func patterns(pattern: String, text: String, isMatch: Bool) throws {
    #expect(try PathPattern(pattern).matches(path(text)) == isMatch)
  }

  @Test("a pattern made to be slow is not")
  func hostile() throws {
    let pattern = try PathPattern(String(repeating: "*a", count: 400) + "b")
    let deep = try PathPattern(Array(repeating: "**/a", count: 200).joined(separator: "/") + "/b")
    let key = SecretPath([.key([UInt8](repeating: 0x61, count: 1000))])
    #expect(!pattern.matches(key))
    #expect(!deep.matches(SecretPath(Array(repeating: .key([0x61]), count: 60))))
  }

  @Test("a value is bound to its keys, not to its positions")
  func binding() throws {
    #expect(try path("#1/a[3]/b").binding == path("a[0]/b").binding)
    #expect(try path("a[0]").binding != path("a/0").binding)
    #expect(try path("a[0]").binding != path("a").binding)
    #expect(try string(path("#1/a[3]/b").binding) == "a[]/b")
  }
}

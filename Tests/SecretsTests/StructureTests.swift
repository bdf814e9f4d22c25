import JOSE
import Testing

@testable import Secrets

@Suite("keys without a sealed value are part of what is sealed")
struct StructureTests {
  private let reader: Reader
  private var keys: [JWE.DecryptionKey] { [reader.opener] }

  init() throws { reader = try Reader() }

  struct Attack: Sendable {
    let format: FileFormat
    let clear: String
    let old, new: String
    let code: SecretsError.Code
    let place: String

    init(
      _ format: FileFormat, _ clear: String, _ old: String, _ new: String,
      _ code: SecretsError.Code, _ place: String
    ) {
      (self.format, self.clear, self.old, self.new) = (format, clear, old, new)
      (self.code, self.place) = (code, place)
    }
  }

  private static let attacks = [
    // A secret shown under another key, and aliases that come to mean something else.
    Attack(.yaml, "p: &x s\nq: t\n", "\nq:", "\nb: *x\nq:", .addedValue, "b"),
    Attack(
      .yaml, "prod: &prod\n  p: a\ndev: &dev\n  p: b\nuse: *prod\n", "*prod", "*dev",
      .changedStructure, "use"),
    Attack(.yaml, "db: &db\n  p: a\nm:\n  q: b\n", "m:\n", "m:\n  <<: *db\n", .addedValue, "m/<<"),
    Attack(
      .yaml, "a: &x 1\nb: &y 2\nc: *x\n", "b: &y", "b: &x", .changedStructure, "c"),
    // Types of what holds values, and of what holds none.
    Attack(.yaml, "l:\n  - a\n", "l:\n", "l: !!python/tuple\n", .addedValue, "l"),
    Attack(.yaml, "db:\n  p: a\n", "db:\n", "db: !evil\n", .addedValue, "db"),
    Attack(.yaml, "a: 1\ne: {}\n", "e: {}", "e: []", .changedStructure, "e"),
    Attack(.yaml, "a: 1\ne:\n", "e:", "e: {}", .changedStructure, "e"),
    Attack(.json, "{\n\"a\": 1,\n\"deny\": []\n}\n", "[]", "{}", .changedStructure, "deny"),
    // Keys added and removed.
    Attack(.yaml, "a: 1\n", "a:", "admin:\na:", .addedValue, "admin"),
    Attack(.yaml, "a: 1\n", "a:", "admin: []\na:", .addedValue, "admin"),
    Attack(.yaml, "a: 1\nallow:\n", "allow:\n", "", .removedValue, "allow"),
    Attack(.json, "{\n\"a\": 1\n}\n", "{\n", "{\n\"deny\": [],\n", .addedValue, "deny"),
    Attack(.toml, "a = 1\n", "[valise]", "[admin]\n[valise]", .addedValue, "admin"),
    Attack(.toml, "a = 1\n[[u]]\n[x]\nb = 1\n", "[[u]]\n", "", .removedValue, "u[0]"),
    Attack(.toml, "a = 1\n", "a =", "t = {}\na =", .addedValue, "t"),
    Attack(.dotenv, "A=1\n", "A=", "AUTH_REQUIRED=\nA=", .addedValue, "AUTH_REQUIRED"),
    Attack(.dotenv, "A=1\n", "A=", "export B\nA=", .addedValue, "B"),
    Attack(
      .ini, "[mysqld]\na = 1\n", "a =", "skip-grant-tables\na =", .addedValue,
      "mysqld/skip-grant-tables"),
    Attack(.ini, "[s]\na = 1\n", "a =", "pw =\na =", .addedValue, "s/pw"),
    Attack(.ini, "[s]\na = 1\n", "[s]", "[empty]\n[s]", .addedValue, "empty"),
  ]

  @Test(
    "keys added and removed, types changed, aliases bent: noticed and named", arguments: attacks)
  func attack(_ attack: Attack) throws {
    let sealed = try SecretFile(attack.clear, attack.format).sealed(for: reader)
    #expect(try sealed.opened(with: keys).decrypted.copy == Array(attack.clear.utf8))
    let text = string(sealed.bytes)
    let range = try #require(text.firstRange(of: attack.old))
    let changed = text.replacingCharacters(range, attack.new)
    #expect {
      _ = try SecretFile(changed, attack.format).opened(with: keys)
    } throws: { error in
      guard let error = error as? SecretsError else { return false }
      return error.code == attack.code && error.path?.description == attack.place
        && error.reason.contains("'\(attack.place)'")
    }
  }

  @Test("a value in clear may change, its key may not come or go")
  func clearValues() throws {
    let selection = Selection(only: [try PathPattern("p")])
    let sealed = try SecretFile("p: s\nhost: a\n", .yaml).sealed(for: reader, selection: selection)
    let text = string(sealed.bytes)
    let changed = try SecretFile(text.replacing("host: a", with: "host: b # why"), .yaml)
    #expect(string(try changed.opened(with: keys).decrypted.copy) == "p: s\nhost: b # why\n")
    let added = try SecretFile(text.replacing("host: a", with: "host: a\nadmin: yes"), .yaml)
    #expect(refusal { _ = try added.opened(with: keys) } == .addedValue)
    let removed = try SecretFile(text.replacing("host: a\n", with: ""), .yaml)
    #expect(refusal { _ = try removed.opened(with: keys) } == .removedValue)
    let listed = try SecretFile(text.replacing("host: a", with: "host: [a]"), .yaml)
    #expect(refusal { _ = try listed.opened(with: keys) } != nil)
  }

  @Test("who holds the key accepts such changes, and is told of each")
  func accepted() throws {
    let selection = Selection(only: [try PathPattern("p")])
    let sealed = try SecretFile("p: s\nhost: a\ne: {}\n", .yaml)
      .sealed(for: reader, selection: selection)
    let text = string(sealed.bytes)
    let file = try SecretFile(
      text.replacing("host: a\n", with: "admin: yes\n").replacing("e: {}", with: "e:"), .yaml)
    let additions = try file.sealingAdditions(with: keys)
    #expect(additions.restructured.map(\.description) == ["admin", "e", "host"])
    #expect(additions.sealed.isEmpty && additions.dropped.isEmpty)
    let whole = try SecretFile(additions.bytes, format: .yaml)
    #expect(string(try whole.opened(with: keys).decrypted.copy) == "p: s\nadmin: yes\ne:\n")
  }

  @Test("a value written over a sealed one is told apart from a new one")
  func overwritten() throws {
    let sealed = try SecretFile("p: s\nq: t\n", .yaml).sealed(for: reader)
    let source = try #require(sealed.sources["p"])
    let text = string(sealed.bytes).replacing(source, with: "evil\nnew: 1")
    let additions = try SecretFile(text, .yaml).sealingAdditions(with: keys)
    #expect(additions.overwritten.map(\.description) == ["p"])
    #expect(additions.sealed.map(\.description) == ["new"])
  }

  @Test("an alias without an anchor before it is refused")
  func dangling() {
    #expect(refusal { _ = try SecretFile("a: *x\n", .yaml) } == .malformed)
    #expect(refusal { _ = try SecretFile("a: &x 1\n---\nb: *x\n", .yaml) } == .malformed)
  }

  @Test("aliases and merge keys stand for what they name")
  func aliases() throws {
    let text = """
      base: &b
        host: h
        l: [x]
      prod:
        <<: *b
        pw: q
        host: own
      copy: *b
      alias: [*b, y]
      none:

      """
    let file = try SecretFile(text, .yaml).sealed(for: reader).opened(with: keys)
    let values = try file.texts().map { "\($0.path)=\(string($0.text.copy))" }
    #expect(
      values.sorted() == [
        "alias[0]/host=h", "alias[0]/l[0]=x", "alias[1]=y", "base/host=h", "base/l[0]=x",
        "copy/host=h", "copy/l[0]=x", "none=", "prod/host=own", "prod/l[0]=x", "prod/pw=q",
      ])
    #expect(string(try file.text(at: path("copy/host")).copy) == "h")
    #expect(string(try file.text(at: path("prod/l[0]")).copy) == "x")
    #expect(try file.text(at: path("none")).copy.isEmpty)
    #expect(refusal { _ = try file.text(at: path("copy")) } == .noSuchPath)
  }

  @Test("aliases within what they name, or that make ever more values, end")
  func alarming() throws {
    let circle = try SecretFile("a: &a\n  b: *a\n  c: 1\n", .yaml).sealed(for: reader)
    let opened = try circle.opened(with: keys)
    #expect(refusal { _ = try opened.texts() } == .unsupported)
    var laughs = "a0: &a0 [x, x]\n"
    for index in 1..<30 {
      let name = "*a\(index - 1)"
      laughs += "a\(index): &a\(index) [\(name), \(name)]\n"
    }
    let bomb = try SecretFile(laughs, .yaml).sealed(for: reader).opened(with: keys)
    #expect(refusal { _ = try bomb.texts() } == .limitExceeded)
  }
}

extension String {
  fileprivate func replacingCharacters(_ range: Range<String.Index>, _ text: String) -> String {
    String(self[..<range.lowerBound]) + text + self[range.upperBound...]
  }
}

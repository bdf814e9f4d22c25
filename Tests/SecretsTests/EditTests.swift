import JOSE
import Testing

@testable import Secrets

@Suite("editing a sealed file")
struct EditTests: OneReaderTests {
  let reader: Reader

  init() throws { reader = try Reader() }

  @Test("an element put in front of a list leaves the seals of the others as they are")
  func listInsertion() throws {
    let file = try opened("l:\n  - a\n  - b\n", .yaml)
    let edited = try file.edited(to: Array("l:\n  - x\n  - a\n  - b\n".utf8))
    let sources = try SecretFile(edited, format: .yaml).sources
    #expect(sources["l[1]"] == file.file.sources["l[0]"])
    #expect(sources["l[2]"] == file.file.sources["l[1]"])
    #expect(try clear(edited, .yaml) == "l:\n  - x\n  - a\n  - b\n")
  }

  @Test("equal elements of a list have different seals, also after an edit")
  func equalElements() throws {
    let file = try opened("l: [a, a]\n", .yaml)
    #expect(file.file.sources["l[0]"] != file.file.sources["l[1]"])
    let edited = try file.edited(to: Array("l: [a, a, a]\n".utf8))
    #expect(Set(try SecretFile(edited, format: .yaml).sources.values).count == 3)
  }

  @Test(
    "set keeps a number a number and quotes what must be",
    arguments: [
      ("a: 1\n", "2", "a: 2\n"), ("a: 1\n", "x", "a: x\n"), ("a: x\n", "2", "a: '2'\n"),
      ("a: \"x\"\n", "y", "a: \"y\"\n"), ("a: true\n", "false", "a: false\n"),
      ("a: x\n", "yes", "a: 'yes'\n"), ("a: x\n", "a: b # c", "a: 'a: b # c'\n"),
      ("a: x\n", "l1\nl2", "a: \"l1\\nl2\"\n"), ("a: x\n", "", "a: ''\n"),
      ("a: |\n  old\n", "new", "a: new\n"), ("a: 'x'\n", "it's", "a: 'it''s'\n"),
      ("{a: x}\n", "y, z", "{a: 'y, z'}\n"),
    ])
  func setYAML(before: String, value: String, after: String) throws {
    let bytes = try opened(before, .yaml).setting(path("a"), to: Array(value.utf8))
    #expect(try clear(bytes, .yaml) == after)
  }

  @Test(
    "set in the other formats",
    arguments: [
      (FileFormat.json, "{\"a\": 1}", "2", "{\"a\": 2}"),
      (.json, "{\"a\": 1}", "x\n", "{\"a\": \"x\\u000a\"}"),
      (.toml, "a = 'x'\n", "y", "a = 'y'\n"), (.toml, "a = 'x'\n", "it's", "a = \"it's\"\n"),
      (.toml, "a = 1979-05-27\n", "1980-01-01", "a = 1980-01-01\n"),
      (.toml, "a = 1\n", "x", "a = \"x\"\n"),
      (.dotenv, "a=x\n", "y z", "a='y z'\n"), (.dotenv, "a=\"x\"\n", "y", "a=\"y\"\n"),
      (.dotenv, "a=x\n", "l1\nl'2", "a=\"l1\\nl'2\"\n"), (.ini, "a = x\n", "y ; z", "a = y ; z\n"),
      (.ini, "a = \"x\"\n", "y", "a = \"y\"\n"), (.ini, "a = x\n", " y ", "a = \" y \"\n"),
    ])
  func setOthers(format: FileFormat, before: String, value: String, after: String) throws {
    let bytes = try opened(before, format).setting(path("a"), to: Array(value.utf8))
    #expect(try clear(bytes, format) == after)
  }

  @Test(
    "set adds beside the other values of a mapping",
    arguments: [
      (FileFormat.yaml, "m:\n  a: 1\nz: 0\n", "m/b", "m:\n  a: 1\n  b: v\nz: 0\n"),
      (
        .json, "{\n  \"m\": {\n    \"a\": 1\n  }\n}\n", "m/b",
        "{\n  \"m\": {\n    \"a\": 1,\n    \"b\": \"v\"\n  }\n}\n"
      ),
      (.json, "{\"a\":1}", "b", "{\"a\":1,\"b\":\"v\"}"),
      (.toml, "[m]\na = 1\n\n[z]\nq = 0\n", "m/b", "[m]\na = 1\nb = \"v\"\n\n[z]\nq = 0\n"),
      (.dotenv, "A=1\n", "B", "A=1\nB=v\n"), (.dotenv, "A=1", "B", "A=1\nB=v"),
      (.ini, "[m]\na=1\n[z]\nq=0\n", "m/b", "[m]\na=1\nb=v\n[z]\nq=0\n"),
    ])
  func setNew(format: FileFormat, before: String, place: String, after: String) throws {
    let bytes = try opened(before, format).setting(path(place), to: Array("v".utf8))
    #expect(try clear(bytes, format) == after)
  }

  @Test(
    "unset takes the key and its lines away",
    arguments: [
      (FileFormat.yaml, "a: 1\nb: |\n  x\n  y\nc: 3\n", "b", "a: 1\nc: 3\n"),
      (.json, "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "b", "{\n  \"a\": 1\n}\n"),
      (.json, "{\"b\": 2, \"a\": 1}", "b", "{\"a\": 1}"),
      (.toml, "a = 1\nb = '''\nx'''\n", "b", "a = 1\n"),
      (.dotenv, "A=1\nB='x\ny'\nC=3\n", "B", "A=1\nC=3\n"),
      (.ini, "[s]\na = 1\nb = 2\n", "s/b", "[s]\na = 1\n"),
    ])
  func unset(format: FileFormat, before: String, place: String, after: String) throws {
    #expect(try clear(opened(before, format).unsetting(path(place)), format) == after)
  }

  @Test("what cannot be done in place says so")
  func refusals() throws {
    let file = try opened("a: 1\nl: [x]\n", .yaml)
    #expect(refusal { _ = try file.text(at: path("b")) } == .noSuchPath)
    #expect(refusal { _ = try file.setting(path("x/y"), to: [0x61]) } == .noSuchPath)
    #expect(refusal { _ = try file.unsetting(path("b")) } == .noSuchPath)
    #expect(refusal { _ = try file.unsetting(path("l[0]")) } == .unsupported)
    #expect(refusal { _ = try file.setting(path("valise/x"), to: [0x61]) } == .noSuchPath)
    #expect(
      refusal { _ = try opened("A=1\n", .ini).setting(path("A"), to: [0x0A]) } == .unsupported)
    #expect(refusal { _ = try file.edited(to: Array("a: [\n".utf8)) } == .malformed)
    #expect(refusal { _ = try file.edited(to: file.file.bytes) } == .blockMismatch)
    #expect(refusal { _ = try file.edited(to: Array("a:\n".utf8)) } == .nothingToSeal)
  }

  @Test("an edit that changes nothing leaves the file untouched")
  func untouched() throws {
    let file = try opened("a: 1\n", .yaml)
    #expect(try file.edited(to: file.decrypted.copy) == file.file.bytes)
  }

  @Test("selecting other values seals and unseals them, and keeps the other seals")
  func selecting() throws {
    let file = try opened("a: 1\nb: 2\nc: 3\n", .yaml)
    let partly = try SecretFile(
      file.selecting(Selection(except: [PathPattern("b")])), format: .yaml)
    #expect(partly.sources["b"] == "2" && partly.sources["a"] == file.file.sources["a"])
    let again = try partly.opened(with: keys).selecting(.all)
    #expect(try SecretFile(again, format: .yaml).clearPaths.isEmpty)
    #expect(try clear(again, .yaml) == "a: 1\nb: 2\nc: 3\n")
    #expect(try file.selecting(.all) == file.file.bytes)
    let nothing = Selection(only: [try PathPattern("z")])
    #expect(refusal { _ = try file.selecting(nothing) } == .nothingToSeal)
  }

  @Test(
    "a file's name tells its format",
    arguments: [
      ("a/b.yaml", FileFormat?.some(.yaml)), ("b.YML", .yaml), ("x.json", .json),
      ("Cargo.toml", .toml),
      (".env", .dotenv), ("d/.env.production", .dotenv), ("prod.env", .dotenv), ("php.ini", .ini),
      ("my.cnf", .ini), (".envrc", nil), ("Makefile", nil), ("a.yaml.txt", nil), ("", nil),
    ])
  func names(name: String, format: FileFormat?) {
    #expect(FileFormat(fileName: name) == format)
  }

  @Test("a comment changed leaves values and digest as they are")
  func comment() throws {
    let file = try opened("a: 1 # x\n", .yaml)
    let edited = try file.edited(to: Array("a: 1 # y\n".utf8))
    #expect(string(edited) == string(file.file.bytes).replacing("# x", with: "# y"))
  }

  @Test("all texts at once are what each is")
  func texts() throws {
    let file = try opened("a: \"x\\n\"\nb: |\n  y\nc: 1\nd: it's\n", .yaml)
    let texts = try file.texts()
    #expect(texts.map { string($0.text.copy) } == ["x\n", "y\n", "1", "it's"])
    #expect(texts.map(\.kind) == [.string, .string, .bare, .string])
    for value in texts { #expect(try file.text(at: value.path) == value.text) }
  }
}

@Suite("changing who can open a file")
struct RekeyTests {
  private let alice: Reader
  private let bob: Reader
  private let file: SecretFile

  init() throws {
    alice = try Reader()
    bob = try Reader()
    file = try SecretFile("a: 1\nb: 2\n", .yaml).sealed(for: alice, bob)
  }

  @Test("adding a reader keeps every seal and the digest")
  func adding() throws {
    let carol = try Reader()
    let rekeyed = try file.opened(with: [alice.opener])
      .rekeyed(for: [alice.recipient, bob.recipient, carol.recipient])
    #expect(!rekeyed.hasNewKey && rekeyed.removed.isEmpty && rekeyed.exposed.isEmpty)
    let again = try SecretFile(rekeyed.bytes, format: .yaml)
    #expect(again.sources == file.sources)
    #expect(again.block?.digest == file.block?.digest)
    for reader in [alice, bob, carol] {
      #expect(try string(again.opened(with: [reader.opener]).decrypted.copy) == "a: 1\nb: 2\n")
    }
  }

  @Test("removing a reader makes a new key and says what they knew")
  func removing() throws {
    let rekeyed = try file.opened(with: [alice.opener]).rekeyed(for: [alice.recipient])
    #expect(rekeyed.hasNewKey)
    #expect(rekeyed.removed == [try bob.key.publicKey.thumbprintText()])
    #expect(rekeyed.exposed.map(\.description) == ["a", "b"])
    let again = try SecretFile(rekeyed.bytes, format: .yaml)
    #expect(Set(again.sources.values).isDisjoint(with: file.sources.values))
    #expect(refusal { _ = try again.opened(with: [bob.opener]) } == .noMatchingKey)
    #expect(try string(again.opened(with: [alice.opener]).decrypted.copy) == "a: 1\nb: 2\n")
  }

  @Test("the same readers change nothing, unless the key is to be rotated")
  func same() throws {
    let opened = try file.opened(with: [alice.opener])
    let recipients = [try bob.recipient, try alice.recipient]
    #expect(try opened.rekeyed(for: recipients).bytes == file.bytes)
    let rotated = try opened.rekeyed(for: recipients, rotating: true)
    #expect(rotated.hasNewKey && rotated.removed.isEmpty)
    #expect(try SecretFile(rotated.bytes, format: .yaml).sources["a"] != file.sources["a"])
  }

  @Test("a hidden reader may be somebody to remove, so that the key is new")
  func hidden() throws {
    let sealed = try SecretFile("a: 1\n", .yaml)
      .encrypted(for: [alice.recipient, bob.recipient.hidden])
    let opened = try SecretFile(sealed, format: .yaml).opened(with: [bob.opener])
    #expect(try opened.rekeyed(for: [alice.recipient, bob.recipient]).hasNewKey)
  }
}

@Suite("what is told without a key")
struct KeylessTests {
  private let reader: Reader

  init() throws { reader = try Reader() }

  private func findings(
    _ file: SecretFile, _ selection: Selection = .all, recipients: [String]? = nil
  ) -> [Finding.Kind] {
    Finding.all(
      in: file.bytes, format: file.format,
      expecting: .init(selection: selection, recipients: recipients)
    ).map(\.kind)
  }

  @Test("a sealed file that is as its rule wants has no findings")
  func clean() throws {
    let file = try SecretFile("a: 1\n", .yaml).sealed(for: reader)
    let name = try reader.key.publicKey.thumbprintText()
    #expect(findings(file, recipients: [name]).isEmpty)
    #expect(findings(file).isEmpty)
  }

  @Test("each way not to be as the rule wants is a finding")
  func each() throws {
    let clear = try SecretFile("a: 1\nb: 2\n", .yaml)
    #expect(findings(clear) == [.clearValue, .clearValue, .notSealed])
    let partly = try clear.sealed(for: reader, selection: Selection(only: [PathPattern("a")]))
    #expect(findings(partly) == [.clearValue, .otherSelection])
    #expect(findings(partly, Selection(only: [try PathPattern("a")])).isEmpty)
    #expect(
      findings(partly, Selection(only: [try PathPattern("zz")])) == [
        .nothingSelected, .otherSelection,
      ])
    let wrong = findings(partly, Selection(only: [try PathPattern("a")]), recipients: ["somebody"])
    #expect(wrong == [.unexpectedRecipient, .missingRecipient])
    let broken = string(partly.bytes).replacing("digest: eyJ", with: "digest: fyJ")
    #expect(
      findings(try SecretFile(broken, .yaml), Selection(only: [try PathPattern("a")])) == [
        .malformed
      ])
    #expect(
      Finding.all(in: Array("a: [".utf8), format: .yaml, expecting: .init()).map(\.kind) == [
        .malformed
      ])
  }

  @Test("an outline shows what is sealed by short marks that change with it")
  func outline() throws {
    let file = try SecretFile("a: 1 # c\nb: 2\n", .yaml).sealed(for: reader)
    let outline = string(file.outline)
    #expect(outline.contains(/^a: <sealed [0-9a-f]{8}> # c\nb: <sealed [0-9a-f]{8}>\n$/))
    let changed = try file.opened(with: [reader.opener]).setting(path("a"), to: [0x39])
    let other = string(try SecretFile(changed, format: .yaml).outline)
    let differing = zip(outline.split(separator: "\n"), other.split(separator: "\n"))
      .filter { $0 != $1 }
    #expect(differing.count == 1)
  }

  @Test("changes between two versions are told by path")
  func changes() throws {
    let before = try SecretFile("a: 1\nb: 2\nc: 3\n", .yaml).sealed(for: reader)
      .opened(with: [reader.opener])
    let after = try SecretFile("a: 1\nc: 4\nd: 5\n", .yaml).sealed(for: reader)
      .opened(with: [reader.opener])
    let changes = after.changes(from: before)
    #expect(changes.map { "\($0.path) \($0.kind)" } == ["b removed", "c changed", "d added"])
    #expect(before.changes(from: before).isEmpty)
  }
}

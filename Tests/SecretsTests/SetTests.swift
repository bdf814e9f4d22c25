import JOSE
import Testing

@testable import Secrets

@Suite("set and unset change one value and nothing else")
struct SetTests: OneReaderTests {
  let reader: Reader

  init() throws { reader = try Reader() }

  @Test("a key that stands there without a value gets it")
  func empty() throws {
    let cases: [(FileFormat, String, String, String)] = [
      (.ini, "[s]\nz = 1\npw =\n", "s/pw", "[s]\nz = 1\npw = v\n"),
      (.ini, "[s]\nz=1\npw=\n", "s/pw", "[s]\nz=1\npw=v\n"),
      (.dotenv, "A=1\nPW=\n", "PW", "A=1\nPW=v\n"),
      (.yaml, "a: 1\npw:   # soon\n", "pw", "a: 1\npw: v   # soon\n"),
      (.yaml, "a: 1\npw:", "pw", "a: 1\npw: v"),
    ]
    for (format, before, place, after) in cases {
      let bytes = try opened(before, format).setting(path(place), to: [UInt8(ascii: "v")])
      #expect(try clear(bytes, format) == after)
    }
  }

  @Test("a mapping that holds nothing, or only other mappings, takes a key")
  func mappings() throws {
    let cases: [(FileFormat, String, String, String)] = [
      (.yaml, "db:\n  p: 1\n", "key", "db:\n  p: 1\nkey: v\n"),
      (.yaml, "a: 1\nm: {}\n", "m/k", "a: 1\nm: {k: v}\n"),
      (.yaml, "a:\n  b:\n    c: 1\nz: 2\n", "a/k", "a:\n  b:\n    c: 1\n  k: v\nz: 2\n"),
      (.json, "{\"a\": 1, \"m\": {}}", "m/k", "{\"a\": 1, \"m\": {\"k\": \"v\"}}"),
      (
        .json, "{\n  \"m\": {\n    \"a\": 1\n  }\n}\n", "k",
        "{\n  \"m\": {\n    \"a\": 1\n  },\n  \"k\": \"v\"\n}\n"
      ),
      (.toml, "[m]\n\n[n]\na = 1\n", "m/k", "[m]\nk = \"v\"\n\n[n]\na = 1\n"),
      (.toml, "[n]\na = 1\n", "k", "k = \"v\"\n[n]\na = 1\n"),
      (.ini, "[m]\n[n]\na=1\n", "m/k", "[m]\nk = v\n[n]\na=1\n"),
    ]
    for (format, before, place, after) in cases {
      let bytes = try opened(before, format).setting(path(place), to: [UInt8(ascii: "v")])
      #expect(try clear(bytes, format) == after)
    }
  }

  @Test("a block scalar that keeps its blank lines keeps them beside a new key, and goes with them")
  func keptLines() throws {
    let text = "data:\n  a: x\n  t: |+\n    kept\n\n\nz: 1\n"
    let file = try opened(text, .yaml)
    let set = try clear(file.setting(path("data/new"), to: [UInt8(ascii: "v")]), .yaml)
    #expect(set == "data:\n  a: x\n  t: |+\n    kept\n\n\n  new: v\nz: 1\n")
    let unset = try clear(file.unsetting(path("data/t")), .yaml)
    #expect(unset == "data:\n  a: x\nz: 1\n")
  }

  @Test("what an alias stands for is not removed from under it")
  func aliased() throws {
    let file = try opened("a: &x 1\nb: *x\nc: 2\n", .yaml)
    #expect(refusal { _ = try file.unsetting(path("a")) } == .unsupported)
    #expect(try clear(file.unsetting(path("b")), .yaml) == "a: &x 1\nc: 2\n")
    #expect(refusal { _ = try file.edited(to: Array("b: *x\nc: 2\n".utf8)) } == .malformed)
  }

  @Test("keys without a value, and empty ones, are removed too")
  func unsetEmpty() throws {
    let cases: [(FileFormat, String, String, String)] = [
      (.yaml, "a: 1\nb:\nc: {}\n", "b", "a: 1\nc: {}\n"),
      (.yaml, "a: 1\nb:\nc: {}\n", "c", "a: 1\nb:\n"),
      (.dotenv, "A=1\nB=\n", "B", "A=1\n"), (.ini, "[s]\na=1\nb =\n", "s/b", "[s]\na=1\n"),
      (.json, "{\"a\":1,\"b\":[]}", "b", "{\"a\":1}"),
    ]
    for (format, before, place, after) in cases {
      #expect(try clear(opened(before, format).unsetting(path(place)), format) == after)
    }
  }

  @Test("beside each value of each file a new key, and each value away: all others stay")
  func corpus() throws {
    for file in CorpusFile.all {
      let clear = try SecretFile(file.bytes, format: file.format)
      let opened = try clear.sealed(for: reader).opened(with: keys)
      let tokens = clear.document.tokens
      for token in tokens.filter({ $0.path.lastKey != nil }).suffix(4) {
        let new = token.path.parent.appending(.key(Array("brand_new".utf8)))
        let added = changes(opened) { try opened.setting(new, to: Array("v".utf8)) }
        #expect(added == nil || added == ["\(new)"], "\(file)")
        guard tokens.count > 1 else { continue }
        let removed = changes(opened) { try opened.unsetting(token.path) }
        // Those of one key that come after in an INI file move up.
        let isRepeated = tokens.contains { $0.path.parent == token.path }
        #expect(removed == nil || isRepeated || removed == ["\(token.path)"], "\(file)")
      }
    }
  }

  /// The paths that differ after `change`; nil when it is refused.
  private func changes(_ opened: OpenedFile, _ change: () throws -> [UInt8]) -> [String]? {
    guard let bytes = try? change(),
      let after = try? SecretFile(bytes, format: opened.file.format).opened(with: keys)
    else { return nil }
    return after.changes(from: opened).map { "\($0.path)" }
  }
}

import JOSE
import Testing

@testable import Secrets

@Suite("a merge says what its sides say, and nothing else")
struct MergeStructureTests {
  private let reader: Reader
  private var keys: [JWE.DecryptionKey] { [reader.opener] }

  init() throws { reader = try Reader() }

  private func versions(
    _ base: String, _ ours: String, _ theirs: String, _ format: FileFormat
  ) throws -> [OpenedFile] {
    let opened = try SecretFile(base, format).sealed(for: reader).opened(with: keys)
    return [opened]
      + (try [ours, theirs].map { text in
        try SecretFile(opened.edited(to: Array(text.utf8)), format: format).opened(with: keys)
      })
  }

  private func merge(
    _ base: String, _ ours: String, _ theirs: String, _ format: FileFormat
  ) throws -> Merge {
    let files = try versions(base, ours, theirs, format)
    return try .merging(base: files[0], ours: files[1], theirs: files[2])
  }

  private func clear(_ outcome: Merge, _ format: FileFormat) throws -> String {
    guard case .clean(let bytes) = outcome else { return "conflict" }
    return string(try SecretFile(bytes, format: format).opened(with: keys).decrypted.copy)
  }

  @Test("both append a list element that begins alike: two elements, never one")
  func elements() throws {
    let yaml = "users:\n  - kind: a\n    token: t\n"
    #expect(
      try clear(
        merge(
          yaml, yaml + "  - kind: db\n    token: L1\n", yaml + "  - kind: db\n    secret: R1\n",
          .yaml),
        .yaml) == yaml + "  - kind: db\n    token: L1\n  - kind: db\n    secret: R1\n")
    let toml = "a = 1\n"
    #expect(
      try clear(
        merge(
          toml, toml + "[[u]]\nk = \"db\"\nt = 1\n", toml + "[[u]]\nk = \"db\"\ns = 2\n", .toml),
        .toml)
        == toml + "[[u]]\nk = \"db\"\nt = 1\n[[u]]\nk = \"db\"\ns = 2\n")
    func json(_ elements: String...) -> String {
      "{\n  \"l\": [\n" + elements.map { "    {\n      \($0)\n    }" }.joined(separator: ",\n")
        + "\n  ]\n}\n"
    }
    #expect(
      try clear(
        merge(json("\"k\": 1"), json("\"k\": 1", "\"k\": 2"), json("\"k\": 1", "\"k\": 3"), .json),
        .json) == json("\"k\": 1", "\"k\": 2", "\"k\": 3"))
  }

  @Test("both append the same element and another of their own")
  func sameElement() throws {
    let base = "l:\n  - n: 0\n"
    #expect(
      try clear(
        merge(base, base + "  - n: 1\n  - n: 2\n", base + "  - n: 1\n  - n: 3\n", .yaml), .yaml)
        == base + "  - n: 1\n  - n: 2\n  - n: 3\n")
  }

  @Test("parts of one list element changed on both sides")
  func withinElement() throws {
    let base = "l:\n  - n: x\n    t: 1\n    p: 2\n"
    #expect(
      try clear(
        merge(
          base, base.replacing("t: 1", with: "t: 9"), base.replacing("p: 2", with: "p: 8"), .yaml),
        .yaml) == "l:\n  - n: x\n    t: 9\n    p: 8\n")
  }

  @Test("both add the same mapping with other members: they are its members")
  func sameMapping() throws {
    #expect(
      try clear(
        merge("a: 1\n", "a: 1\nm:\n  x: 1\n", "a: 1\nm:\n  y: 2\n", .yaml), .yaml)
        == "a: 1\nm:\n  x: 1\n  y: 2\n")
  }

  @Test("one adds at the end, the other in the last mapping: either way round")
  func order() throws {
    let cases: [(FileFormat, String, String, String)] = [
      (.yaml, "a:\n  k: 1\n", "l: 5\n", "  m: 2\n"),
      (.toml, "[a]\nk = 1\n", "[b]\nl = 5\n", "m = 2\n"),
      (.ini, "[a]\nk = 1\n", "[b]\nl = 5\n", "m = 2\n"),
    ]
    for (format, base, outer, inner) in cases {
      let merged = base + inner + outer
      #expect(try clear(merge(base, base + outer, base + inner, format), format) == merged)
      #expect(try clear(merge(base, base + inner, base + outer, format), format) == merged)
    }
  }

  @Test("changed here and removed there: its lines alone, the rest of both sides merged and sealed")
  func removed() throws {
    let outcome = try merge(
      "a: 1\nb: 2\nc: 3\nd: 4\n", "b: 2\nc: 7\nd: 4\n", "a: 9\nb: 2\nc: 3\nd: 8\n", .yaml)
    guard case .conflict(let bytes, let paths) = outcome else {
      Issue.record("there is no conflict")
      return
    }
    #expect(paths == [try path("a")])
    let text = string(bytes)
    #expect(text.hasPrefix("<<<<<<< ours\n=======\na: 9\n>>>>>>> theirs\nb: eyJ"))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let choices: [([Substring], String)] = [([], ""), (["a: 9"], "a: 9\n")]
    for (kept, value) in choices {
      let resolved = try SecretFile((kept + lines.dropFirst(4)).joined(separator: "\n"), .yaml)
      let whole = try SecretFile(resolved.sealingAdditions(with: keys).bytes, format: .yaml)
      let merged = string(try whole.opened(with: keys).decrypted.copy)
      #expect(merged == value + "b: 2\nc: 7\nd: 8\n")
    }
  }

  @Test("what cannot be merged line by line stands in clear with a block, and either side is whole")
  func whole() throws {
    let base = "p:\n  x: 1\nq:\n  y: 2\nr: 3\n"
    let sides = ["p:\n  x: 1\nr: 3\n", "p:\n  x: 1\nq:\n  y: 2\n  z: 4\nr: 3\n"]
    guard case .conflict(let bytes, _) = try merge(base, sides[0], sides[1], .yaml) else {
      Issue.record("there is no conflict")
      return
    }
    let parts = string(bytes).components(["<<<<<<< ours\n", "=======\n", ">>>>>>> theirs\n"])
    for (part, side) in zip(parts, sides) {
      #expect(part.hasPrefix(side))
      let file = try SecretFile(part, .yaml)
      let whole = try SecretFile(file.sealingAdditions(with: keys).bytes, format: .yaml)
      #expect(string(try whole.opened(with: keys).decrypted.copy) == side)
    }
  }

  @Test("without a key, whichever side is taken opens")
  func withoutKey() throws {
    let files = try versions("a: 1\nb: 2\n", "a: 5\nb: 2\n", "a: 1\nb: 6\n", .yaml)
    let outcome = try Merge.mergingWithoutKey(
      base: files[0].file, ours: files[1].file, theirs: files[2].file)
    guard case .conflict(let bytes, _) = outcome else {
      Issue.record("there is no conflict")
      return
    }
    let parts = string(bytes).components(["<<<<<<< ours\n", "=======\n", ">>>>>>> theirs\n"])
    for (part, side) in zip(parts, ["a: 5\nb: 2\n", "a: 1\nb: 6\n"]) {
      #expect(string(try SecretFile(part, .yaml).opened(with: keys).decrypted.copy) == side)
    }
  }

  @Test("without a key, a comment on one side and values on the other merge")
  func commentWithoutKey() throws {
    let files = try versions(
      "# c\na: 1\n\n\nb: 2\n", "# other\na: 1\n\n\nb: 2\n", "# c\na: 1\n\n\nb: 6\n", .yaml)
    let outcome = try Merge.mergingWithoutKey(
      base: files[0].file, ours: files[1].file, theirs: files[2].file)
    #expect(try clear(outcome, .yaml) == "# other\na: 1\n\n\nb: 6\n")
  }

  @Test("removed the anchor here, named it there: no alias is left without one")
  func anchors() throws {
    let outcome = try merge(
      "a: &x 1\nb: 2\nd: 3\n", "b: 2\nd: 3\n", "a: &x 1\nb: 2\nd: 3\nc: *x\n", .yaml)
    guard case .conflict = outcome else {
      Issue.record("there is no conflict")
      return
    }
  }

  @Test("a file that both sides added merges value by value, under one key")
  func bothAdded() throws {
    let mine = try SecretFile("a: 1\nb: 2\n", .yaml).sealed(for: reader).opened(with: keys)
    let other = try SecretFile("a: 1\nc: 3\n", .yaml).sealed(for: reader).opened(with: keys)
    #expect(
      try clear(.merging(base: nil, ours: mine, theirs: other), .yaml) == "a: 1\nb: 2\nc: 3\n")
  }

  @Test("values of several documents merge like others")
  func documents() throws {
    let base = "a: 1\nb: 2\n---\na: 1\nb: 2\n"
    #expect(
      try clear(
        merge(base, "a: 9\nb: 2\n---\na: 1\nb: 2\n", "a: 1\nb: 2\n---\na: 1\nb: 8\n", .yaml), .yaml)
        == "a: 9\nb: 2\n---\na: 1\nb: 8\n")
  }

  @Test("a version that was sealed before one joined opens with the key of a later one")
  func joined() throws {
    let other = try Reader()
    let base = try SecretFile("a: 1\n", .yaml).sealed(for: reader).opened(with: keys)
    let rekeyed = try base.rekeyed(for: [reader.recipient, other.recipient])
    let later = try SecretFile(rekeyed.bytes, format: .yaml).opened(with: [other.opener])
    #expect(try base.file.opened(withKeyOf: later).text(at: path("a")).copy == [0x31])
    let foreign = try SecretFile("a: 1\n", .yaml).sealed(for: reader)
    #expect(refusal { _ = try foreign.opened(withKeyOf: later) } == .blockMismatch)
  }

  @Test("readers of a merge: whom either side added, without whom either removed")
  func readers() throws {
    let people = try (0..<4).map { _ in try Reader() }
    func file(_ indices: Int...) throws -> SecretFile {
      let recipients = try indices.map { try people[$0].recipient }
      return try SecretFile(
        SecretFile("a: 1\n", .yaml).encrypted(for: recipients), format: .yaml)
    }
    let readers = try MergedReaders(base: file(0, 1), ours: file(0, 2), theirs: file(0, 1, 3))
    #expect(readers.areThose(of: try file(3, 2, 0)))
    #expect(!readers.areThose(of: try file(0, 1, 2, 3)))
  }
}

extension String {
  /// What stands between `marks`, which come in order.
  fileprivate func components(_ marks: [String]) -> [String] {
    var (parts, rest) = ([String](), self[...])
    for mark in marks {
      guard let range = rest.firstRange(of: mark) else { break }
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return Array(parts.dropFirst())
  }
}

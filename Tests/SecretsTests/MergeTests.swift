import JOSE
import Testing

@testable import Secrets

@Suite("three-way merge, value by value")
struct MergeTests {
  private let reader: Reader
  private var keys: [JWE.DecryptionKey] { [reader.opener] }

  init() throws { reader = try Reader() }

  /// Seals `base`, edits it to the two others, and merges.
  private func merge(
    _ base: String, _ ours: String, _ theirs: String, _ format: FileFormat
  ) throws -> (outcome: Merge, base: OpenedFile, ours: OpenedFile, theirs: OpenedFile) {
    let opened = try SecretFile(base, format).sealed(for: reader).opened(with: keys)
    let left = try SecretFile(opened.edited(to: Array(ours.utf8)), format: format)
    let right = try SecretFile(opened.edited(to: Array(theirs.utf8)), format: format)
    let (mine, other) = (try left.opened(with: keys), try right.opened(with: keys))
    return (try .merging(base: opened, ours: mine, theirs: other), opened, mine, other)
  }

  private func clear(_ outcome: Merge, _ format: FileFormat) throws -> String {
    guard case .clean(let bytes) = outcome else { return "conflict" }
    let file = try SecretFile(bytes, format: format)
    return string(try file.opened(with: keys).decrypted.copy)
  }

  @Test("neighbouring values changed, one on each side")
  func neighbours() throws {
    let result = try merge("a: 1\nb: 2\nc: 3\n", "a: 9\nb: 2\nc: 3\n", "a: 1\nb: 8\nc: 3\n", .yaml)
    #expect(try clear(result.outcome, .yaml) == "a: 9\nb: 8\nc: 3\n")
  }

  @Test(
    "both add at the end, in each format that has lines",
    arguments: [
      (FileFormat.yaml, "a: 1\n", "b: 2\n", "c: 3\n"), (.toml, "a = 1\n", "b = 2\n", "c = 3\n"),
      (.dotenv, "A=1\n", "B=2\n", "C=3\n"), (.ini, "[s]\na = 1\n", "b = 2\n", "c = 3\n"),
    ])
  func bothAdd(format: FileFormat, base: String, mine: String, other: String) throws {
    let result = try merge(base, base + mine, base + other, format)
    #expect(try clear(result.outcome, format) == base + mine + other)
  }

  @Test("both add at the end of a JSON object, where a comma comes to be needed")
  func bothAddJSON() throws {
    let result = try merge(
      "{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 1,\n  \"c\": 3\n}\n",
      .json)
    #expect(
      try clear(result.outcome, .json) == "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}\n")
  }

  @Test("one removes, one changes another, one adds a comment")
  func mixed() throws {
    let result = try merge(
      "a: 1\nb: 2\nc: 3\nd: 4\n", "a: 1\nc: 3\nd: 5\n", "# head\na: 7\nb: 2\nc: 3\nd: 4\n", .yaml)
    #expect(try clear(result.outcome, .yaml) == "# head\na: 7\nc: 3\nd: 5\n")
  }

  @Test("list elements put in on one side, changed on the other")
  func lists() throws {
    let result = try merge(
      "l:\n  - x\n  - y\n  - z\n", "l:\n  - w\n  - x\n  - y\n  - z\n", "l:\n  - x\n  - y\n  - q\n",
      .yaml)
    #expect(try clear(result.outcome, .yaml) == "l:\n  - w\n  - x\n  - y\n  - q\n")
  }

  @Test("the same change on both sides is no conflict, and keeps a seal")
  func same() throws {
    let result = try merge("a: 1\nb: 2\n", "a: 9\nb: 2\n", "a: 9\nb: 3\n", .yaml)
    #expect(try clear(result.outcome, .yaml) == "a: 9\nb: 3\n")
  }

  @Test("values that neither side changed keep their seals")
  func sealsKept() throws {
    let result = try merge("a: 1\nb: 2\nc: 3\n", "a: 9\nb: 2\nc: 3\n", "a: 1\nb: 2\nc: 8\n", .yaml)
    guard case .clean(let bytes) = result.outcome else {
      Issue.record("there is a conflict")
      return
    }
    let sources = try SecretFile(bytes, format: .yaml).sources
    #expect(sources["b"] == result.base.file.sources["b"])
    #expect(sources["a"] == result.ours.file.sources["a"])
    #expect(sources["c"] == result.theirs.file.sources["c"])
  }

  @Test("the same value changed on both sides: shown in clear, the rest sealed and whole")
  func conflict() throws {
    let result = try merge("a: 1\nb: 2\n", "a: ours\nb: 2\n", "a: theirs\nb: 3\n", .yaml)
    guard case .conflict(let bytes, let paths) = result.outcome else {
      Issue.record("there is no conflict")
      return
    }
    #expect(paths == [try path("a")])
    let text = string(bytes)
    #expect(
      text.hasPrefix("<<<<<<< ours\na: ours\n=======\na: theirs\n>>>>>>> theirs\nb: eyJ"))
    // Resolved by hand: one line for the six.
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let resolved = try SecretFile(
      (["a: both"] + lines.dropFirst(5)).joined(separator: "\n"), .yaml)
    #expect(refusal { _ = try resolved.opened(with: keys) } == .clearValue)
    let whole = try SecretFile(resolved.sealingAdditions(with: keys), format: .yaml)
    #expect(string(try whole.opened(with: keys).decrypted.copy) == "a: both\nb: 3\n")
  }

  @Test("a conflict in JSON keeps its commas within the markers")
  func conflictJSON() throws {
    let result = try merge(
      "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 5,\n  \"b\": 2\n}\n",
      "{\n  \"a\": 6,\n  \"b\": 2\n}\n", .json)
    guard case .conflict(let bytes, _) = result.outcome else {
      Issue.record("there is no conflict")
      return
    }
    let expected =
      "{\n<<<<<<< ours\n  \"a\": 5,\n=======\n  \"a\": 6,\n>>>>>>> theirs\n  \"b\": \"eyJ"
    #expect(string(bytes).hasPrefix(expected))
  }

  @Test("a conflict before the block in JSON: either side taken leaves a whole file")
  func conflictAtEndJSON() throws {
    let result = try merge(
      "{\n  \"a\": 1,\n  \"b\": 2\n}\n", "{\n  \"a\": 1,\n  \"b\": 5\n}\n",
      "{\n  \"a\": 1,\n  \"b\": 6\n}\n", .json)
    guard case .conflict(let bytes, _) = result.outcome else {
      Issue.record("there is no conflict")
      return
    }
    let lines = string(bytes).split(separator: "\n", omittingEmptySubsequences: false)
    for (dropped, value) in [([2, 4, 5, 6], "5"), ([2, 3, 4, 6], "6")] {
      let kept = lines.indices.filter { !dropped.contains($0) }.map { lines[$0] }
      let resolved = try SecretFile(kept.joined(separator: "\n"), .json)
      let whole = try SecretFile(resolved.sealingAdditions(with: keys), format: .json)
      #expect(
        try string(whole.opened(with: keys).decrypted.copy)
          == "{\n  \"a\": 1,\n  \"b\": \(value)\n}\n")
    }
  }

  @Test("changed on one side and removed on the other is a conflict that names the value")
  func removedAndChanged() throws {
    let result = try merge("a: 1\nb: 2\n", "b: 2\n", "a: 9\nb: 2\n", .yaml)
    guard case .conflict(let bytes, let paths) = result.outcome else {
      Issue.record("there is no conflict")
      return
    }
    #expect(paths == [try path("a")])
    #expect(refusal { _ = try SecretFile(bytes, format: .yaml) } == .malformed)
  }

  @Test("lines that would come to mean something else are a conflict")
  func reparented() throws {
    // Theirs adds a child at the end of a mapping that ours removes.
    let base = "p:\n  x: 1\nq:\n  y: 2\nr: 3\n"
    let result = try merge(
      base, "p:\n  x: 1\nr: 3\n", "p:\n  x: 1\nq:\n  y: 2\n  z: 4\nr: 3\n", .yaml)
    guard case .conflict = result.outcome else {
      Issue.record("there is no conflict")
      return
    }
  }

  @Test("without the key both sealed lines stand between the markers")
  func withoutKey() throws {
    let result = try merge("a: 1\nb: 2\n", "a: 5\nb: 2\n", "a: 6\nb: 2\n", .yaml)
    let keyless = try Merge.mergingWithoutKey(
      base: result.base.file, ours: result.ours.file, theirs: result.theirs.file)
    guard case .conflict(let bytes, let paths) = keyless else {
      Issue.record("there is no conflict")
      return
    }
    #expect(paths == [try path("a")])
    let lines = string(bytes).split(separator: "\n").filter { $0.hasPrefix("a: eyJ") }
    #expect(lines.count == 2)
    #expect(!string(bytes).contains("a: 5"))
  }

  @Test("without the key one side's changes alone are taken")
  func withoutKeyClean() throws {
    let result = try merge("a: 1\n", "a: 1\n", "a: 6\n", .yaml)
    let keyless = try Merge.mergingWithoutKey(
      base: result.base.file, ours: result.ours.file, theirs: result.theirs.file)
    guard case .clean(let bytes) = keyless else {
      Issue.record("there is a conflict")
      return
    }
    #expect(bytes == result.theirs.file.bytes)
  }

  @Test("a rekeyed side and a changed side merge under the new key")
  func rekeyed() throws {
    let other = try Reader()
    let base = try SecretFile("a: 1\nb: 2\n", .yaml).sealed(for: reader, other)
      .opened(with: keys)
    let ours = try SecretFile(
      base.rekeyed(for: [try reader.recipient]).bytes, format: .yaml
    ).opened(with: keys)
    let theirs = try SecretFile(base.setting(path("b"), to: [0x39]), format: .yaml)
      .opened(with: [other.opener])
    let outcome = try Merge.merging(base: base, ours: ours, theirs: theirs)
    #expect(try clear(outcome, .yaml) == "a: 1\nb: 9\n")
    guard case .clean(let bytes) = outcome else { return }
    let file = try SecretFile(bytes, format: .yaml)
    #expect(refusal { _ = try file.opened(with: [other.opener]) } == .noMatchingKey)
  }
}

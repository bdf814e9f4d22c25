import JOSE
import Testing

@testable import Secrets

@Suite("attacks on sealed files are noticed, and the value is named")
struct AttackTests {
  private let reader: Reader
  private let clear: SecretFile
  private let sealed: SecretFile

  init() throws {
    reader = try Reader()
    clear = try SecretFile(
      "db:\n  user: app\n  password: one\nlist:\n  - x\n  - y\nport: 5432\n", .yaml)
    sealed = try clear.sealed(for: reader)
  }

  private var text: String { string(sealed.bytes) }

  private func source(_ path: String) throws -> String { try #require(sealed.sources[path]) }

  /// The line of the sealed file that holds the value at `path`, with its line break.
  private func line(_ path: String) throws -> String {
    let source = try source(path)
    let line = text.split(separator: "\n").first { $0.contains(source) }
    return String(try #require(line)) + "\n"
  }

  private func expect(
    _ text: String, _ code: SecretsError.Code, at place: String?,
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(sourceLocation: location) {
      _ = try SecretFile(text, .yaml).opened(with: [reader.opener])
    } throws: { error in
      guard let error = error as? SecretsError else { return false }
      return error.code == code && error.path?.description == place
        && (place == nil || error.reason.contains("'\(place ?? "")'"))
    }
  }

  @Test("the file as it was sealed opens")
  func untouched() throws {
    #expect(try sealed.opened(with: [reader.opener]).decrypted.copy == clear.bytes)
  }

  @Test("two values that changed places")
  func swapped() throws {
    let (user, password) = (try source("db/user"), try source("db/password"))
    let attacked = text.replacing(user, with: "§").replacing(password, with: user)
      .replacing("§", with: password)
    expect(attacked, .foreignValue, at: "db/user")
  }

  @Test("a value moved to another path says where it was sealed")
  func moved() throws {
    let attacked = text.replacing(
      "port: \(try source("port"))", with: "port: \(try source("db/user"))")
    expect(attacked, .foreignValue, at: "port")
    #expect {
      _ = try SecretFile(attacked, .yaml).opened(with: [reader.opener])
    } throws: { "\($0)".contains("was sealed for 'db/user'") }
  }

  @Test("two elements of one list that changed places")
  func swappedInList() throws {
    let (x, y) = (try line("list[0]"), try line("list[1]"))
    expect(text.replacing(x + y, with: y + x), .foreignValue, at: "list[0]")
  }

  @Test("a value copied from another file for the same reader")
  func copied() throws {
    let other = try SecretFile("port: 1\n", .yaml).sealed(for: reader)
    let foreign = try #require(other.sources["port"])
    expect(text.replacing(try source("port"), with: foreign), .foreignValue, at: "port")
  }

  @Test("a value rolled back to an older one of the same file")
  func rolledBack() throws {
    let opened = try sealed.opened(with: [reader.opener])
    let newer = try opened.setting(path("db/password"), to: Array("two".utf8))
    let file = try SecretFile(newer, format: .yaml)
    let latest = try #require(file.sources["db/password"])
    #expect(
      try file.opened(with: [reader.opener]).text(at: path("db/password")).copy == Array("two".utf8)
    )
    let attacked = string(newer).replacing(latest, with: try source("db/password"))
    expect(attacked, .rolledBackValue, at: "db/password")
  }

  @Test("a sealed value taken out")
  func removed() throws {
    expect(text.replacing(try line("db/password"), with: ""), .removedValue, at: "db/password")
  }

  @Test("a sealed value under a new key")
  func added() throws {
    let line = try line("port")
    let attacked = text.replacing(line, with: line + "extra: \(try source("port"))\n")
    expect(attacked, .foreignValue, at: "extra")
  }

  @Test("an older value put back after it was removed")
  func restored() throws {
    let opened = try sealed.opened(with: [reader.opener])
    let newer = try opened.unsetting(path("port"))
    let attacked = try string(newer).replacing("valise:", with: line("port") + "valise:")
    expect(attacked, .addedValue, at: "port")
  }

  @Test("a value in clear under a new key")
  func addedClear() throws {
    expect(text.replacing("valise:", with: "admin: yes\nvalise:"), .clearValue, at: "admin")
  }

  @Test("a sealed value replaced by one in clear")
  func replacedByClear() throws {
    expect(text.replacing(try source("db/password"), with: "evil"), .clearValue, at: "db/password")
  }

  @Test("types changed: a scalar made a list, a mapping, tagged, emptied")
  func types() throws {
    let port = try source("port")
    expect(text.replacing(port, with: "[\(port)]"), .foreignValue, at: "port[0]")
    expect(text.replacing(port, with: "{a: \(port)}"), .foreignValue, at: "port/a")
    expect(text.replacing(port, with: "!!int \(port)"), .clearValue, at: "port")
    expect(text.replacing(port, with: ""), .removedValue, at: "port")
  }

  @Test("one character of a value changed")
  func damaged() throws {
    let port = try source("port")
    var changed = Array(port.utf8)
    let dot = try #require(changed.lastIndex(of: UInt8(ascii: ".")))
    changed[dot - 2] = changed[dot - 2] == 0x41 ? 0x42 : 0x41
    // The tag is as listed, so that only opening the value shows it.
    expect(text.replacing(port, with: string(changed)), .foreignValue, at: "port")
  }

  @Test("the block of another file")
  func swappedBlock() throws {
    let other = string(try SecretFile("port: 1\n", .yaml).sealed(for: reader).bytes)
    let block = try #require(text.firstRange(of: "valise:"))
    let foreign = try #require(other.firstRange(of: "valise:"))
    let attacked = String(text[..<block.lowerBound]) + other[foreign.lowerBound...]
    expect(attacked, .foreignValue, at: "db/user")
  }

  @Test("the digest of an older version")
  func olderDigest() throws {
    let opened = try sealed.opened(with: [reader.opener])
    let newer = try string(opened.setting(path("port"), to: Array("1".utf8)))
    let old = text.split(separator: "\n").last ?? ""
    let latest = newer.split(separator: "\n").last ?? ""
    #expect(old.hasPrefix("  digest: ") && latest.hasPrefix("  digest: "))
    expect(newer.replacing(latest, with: old), .rolledBackValue, at: "port")
  }

  @Test("the digest of another file, or damaged")
  func foreignDigest() throws {
    let other = string(try SecretFile("port: 1\n", .yaml).sealed(for: reader).bytes)
    let digest = text.split(separator: "\n").last ?? ""
    let foreign = other.split(separator: "\n").last ?? ""
    expect(text.replacing(digest, with: foreign), .blockMismatch, at: nil)
    expect(text.replacing(digest, with: "  digest: x"), .malformed, at: nil)
  }

  @Test("the block taken out: values that look sealed are not sealed over")
  func strippedBlock() throws {
    let block = try #require(text.firstRange(of: "valise:"))
    let attacked = try SecretFile(String(text[..<block.lowerBound]), .yaml)
    #expect(refusal { _ = try attacked.opened(with: [reader.opener]) } == .notSealed)
    #expect(
      refusal { _ = try attacked.encrypted(for: [reader.recipient]) } == .blockMismatch)
  }

  @Test("two blocks")
  func twoBlocks() throws {
    let block = try #require(text.firstRange(of: "valise:"))
    #expect(refusal { _ = try SecretFile(text + text[block.lowerBound...], .yaml) } == .malformed)
  }

  @Test("a pattern taken out of the block, so that new values would stay in clear")
  func selection() throws {
    let selection = Selection(except: [try PathPattern("list")])
    let partly = try clear.sealed(for: reader, selection: selection)
    #expect(partly.clearPaths.map(\.description) == ["list[0]", "list[1]"])
    #expect(try partly.opened(with: [reader.opener]).decrypted.copy == clear.bytes)
    expect(string(partly.bytes).replacing("- 'list'", with: "- 'db'"), .blockMismatch, at: nil)
  }

  @Test("a key that was wrapped for two readers without a commitment")
  func uncommitted() throws {
    let other = try Reader()
    let shared = try clear.sealed(for: reader, other)
    let commitment = try #require(string(shared.bytes).firstMatch(of: /"commitment":"[^"]*",/))
    expect(string(shared.bytes).replacing(commitment.output, with: ""), .malformed, at: nil)
    #expect(try shared.opened(with: [other.opener]).decrypted.copy == clear.bytes)
  }

  @Test(
    "a reader who seals more than a value: another key, or a comment that hides one",
    arguments: ["1\nadmin: yes", "1 # x", "[1]", "1\nvalise: {version: 1}", "&a 1", ""])
  func structure(plaintext: String) throws {
    let opened = try sealed.opened(with: [reader.opener])
    let bytes = Array(plaintext.utf8)
    let seal = try CompactSeal(bytes.span, under: opened.key.key(for: path("port")), .system)
    let seals = sealed.sealedTokens.map { token, old in
      (path: token.path, seal: token.path.description == "port" ? seal : old)
    }
    let digest = try Digest(.all, seals, [:]).sealed(under: opened.key, .system)
    let attacked = try text.replacing(source("port"), with: string(seal.text))
      .replacing(string(opened.block.digest), with: string(digest))
    #expect(
      refusal { _ = try SecretFile(attacked, .yaml).opened(with: [reader.opener]) }
        == .foreignValue)
  }

  @Test("more patterns than anybody needs")
  func patterns() throws {
    let selection = Selection(except: try (0..<201).map { try PathPattern("x\($0)") })
    #expect(refusal { _ = try clear.sealed(for: reader, selection: selection) } == .limitExceeded)
  }

  @Test("whoever is no reader is told so")
  func stranger() throws {
    let stranger = try Reader()
    #expect(refusal { _ = try sealed.opened(with: [stranger.opener]) } == .noMatchingKey)
    #expect(refusal { _ = try sealed.opened(with: []) } == .noMatchingKey)
  }

  @Test("additions by hand are sealed by who holds the key, attacks are not laundered")
  func additions() throws {
    let added = text.replacing("valise:", with: "new: value\nvalise:")
    let file = try SecretFile(added, .yaml)
    let whole = try SecretFile(file.sealingAdditions(with: [reader.opener]).bytes, format: .yaml)
    #expect(try string(whole.opened(with: [reader.opener]).text(at: path("new")).copy) == "value")
    #expect(whole.sources["port"] == sealed.sources["port"])
    let less = try SecretFile(added.replacing(line("port"), with: ""), .yaml)
    let additions = try less.sealingAdditions(with: [reader.opener])
    #expect(additions.sealed.map(\.description) == ["new"])
    #expect(additions.dropped.map(\.description) == ["port"])
    let moved = try SecretFile(
      added.replacing(try source("port"), with: try source("db/user")), .yaml)
    #expect(refusal { _ = try moved.sealingAdditions(with: [reader.opener]) } == .foreignValue)
  }
}

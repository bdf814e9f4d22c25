import JOSE
import Testing
import Seeded

@testable import Secrets

@Suite("properties of made-up files")
struct PropertyTests {
  private static let seeds = Array(UInt64(1)...60)

  @Test("sealing and opening are inverse; no value is left", arguments: FileFormat.allCases, seeds)
  func roundTrip(format: FileFormat, seed: UInt64) throws {
    let reader = try Reader()
    let text = GeneratedFile.text(format, seed: seed)
    let clear = try SecretFile(text, format)
    let sealed = try clear.sealed(for: reader)
    #expect(sealed.clearPaths.isEmpty && sealed.paths == clear.paths)
    let opened = try sealed.opened(with: [reader.opener])
    #expect(string(opened.decrypted.copy) == text)
    #expect(try opened.edited(to: Array(text.utf8)) == sealed.bytes)
  }

  @Test("some values selected: those alone are sealed", arguments: FileFormat.allCases, seeds)
  func selection(format: FileFormat, seed: UInt64) throws {
    let reader = try Reader()
    let text = GeneratedFile.text(format, seed: seed)
    let clear = try SecretFile(text, format)
    let selection = Selection(except: [try PathPattern("*1*"), try PathPattern("*[0]")])
    guard clear.paths.contains(where: { selection.contains($0) }) else {
      #expect(
        refusal { _ = try clear.encrypted(for: [reader.recipient], selection: selection) }
          == .nothingToSeal)
      return
    }
    let sealed = try clear.sealed(for: reader, selection: selection)
    #expect(sealed.clearPaths == clear.paths.filter { !selection.contains($0) })
    #expect(string(try sealed.opened(with: [reader.opener]).decrypted.copy) == text)
  }

  @Test(
    "random damage to a sealed file never opens as something else", arguments: FileFormat.allCases,
    Array(seeds.prefix(30)))
  func damage(format: FileFormat, seed: UInt64) throws {
    let reader = try Reader()
    let clear = try SecretFile(GeneratedFile.text(format, seed: seed), format)
    let sealed = try clear.sealed(for: reader)
    let original = try sealed.opened(with: [reader.opener])
    var random = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      var bytes = sealed.bytes
      let at = Int.random(in: bytes.indices, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<7, using: &random)
      case 1: bytes.remove(at: at)
      default: bytes.insert(bytes[at], at: at)
      }
      guard let damaged = try? SecretFile(bytes, format: format),
        let opened = try? damaged.opened(with: [reader.opener])
      else { continue }
      // What opens all the same has all its values, under the same paths.
      let before = Dictionary(uniqueKeysWithValues: zip(sealed.paths, original.values))
      let after = Dictionary(uniqueKeysWithValues: zip(damaged.paths, opened.values))
      #expect(before == after)
    }
  }

  @Test("scanners end well on whatever comes", arguments: FileFormat.allCases)
  func noise(format: FileFormat) throws {
    var random = SeededGenerator(seed: 7)
    let pieces = CorpusFile.all.filter { $0.format == format }.map(\.bytes)
    for _ in 0..<400 {
      var bytes: [UInt8] = []
      for _ in 0..<4 {
        let piece = pieces[Int.random(in: pieces.indices, using: &random)]
        let cut = Int.random(in: 0...piece.count, using: &random)
        bytes += piece[cut..<min(piece.count, cut + 60)]
      }
      guard let document = try? format.syntax.scan(bytes) else { continue }
      for (token, next) in zip(document.tokens, document.tokens.dropFirst()) {
        #expect(token.range.upperBound <= next.range.lowerBound)
      }
      #expect(
        document.tokens.allSatisfy { !$0.range.isEmpty && $0.range.upperBound <= bytes.count })
    }
  }
}

@Suite("properties of merges")
struct MergePropertyTests {
  @Test(
    "one value changed on each side: both are in the result, or it is a conflict",
    arguments: FileFormat.allCases, Array(UInt64(1)...40))
  func twoValues(format: FileFormat, seed: UInt64) throws {
    let reader = try Reader()
    let keys = [reader.opener]
    let clear = try SecretFile(GeneratedFile.text(format, seed: seed), format)
    let base = try clear.sealed(for: reader).opened(with: keys)
    var random = SeededGenerator(seed: seed &* 31)
    let paths = clear.paths.shuffled(using: &random).prefix(2)
    guard paths.count == 2 else { return }
    func set(_ file: OpenedFile, _ index: Int) throws -> OpenedFile {
      let bytes = try file.setting(paths[index], to: Array("new\(index)".utf8))
      return try SecretFile(bytes, format: format).opened(with: keys)
    }
    let (ours, theirs) = (try set(base, 0), try set(base, 1))
    let both = try set(ours, 1)
    switch try Merge.merging(base: base, ours: ours, theirs: theirs) {
    case .clean(let bytes):
      let merged = try SecretFile(bytes, format: format).opened(with: keys)
      #expect(string(merged.decrypted.copy) == string(both.decrypted.copy))
    case .conflict:
      // Only elements of lists, and what shares a line with another value, may be in each other's way.
      let lines = base.file.document.tokens.filter { paths.contains($0.path) }
        .map { base.file.bytes.lines($0.range) }
      let isNamed = paths.allSatisfy { $0.components.allSatisfy(\.isKey) }
      #expect(!isNamed || lines[0].overlaps(lines[1]))
    }
  }
}

import Seeded
import Testing

@testable import Secrets

@Suite("differences of lines")
struct LineDifferenceTests {
  private func applied(_ difference: LineDifference, _ old: [Int], _ new: [Int]) -> Bool {
    let kept = old.indices.filter { !difference.removed.contains($0) }.map { old[$0] }
    return kept == new.indices.filter { !difference.inserted.contains($0) }.map { new[$0] }
  }

  @Test("what stays is the same on both sides, and as much as there can be", arguments: 1...300)
  func shortest(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let lists = (0..<2).map { _ in
      (0..<Int.random(in: 0...30, using: &random)).map { _ in
        Int.random(in: 0...Int(seed % 12), using: &random)
      }
    }
    let difference = try #require(LineDifference(from: lists[0], to: lists[1]))
    #expect(applied(difference, lists[0], lists[1]))
    let known = lists[1].difference(from: lists[0])
    #expect(difference.removed.count == known.removals.count)
    #expect(difference.inserted.count == known.insertions.count)
  }

  @Test("lines that only one side has cost nothing; too many that stand elsewhere are given up on")
  func bound() throws {
    let lines = Array(0..<20_000)
    let others = try #require(LineDifference(from: lines, to: lines.map { -1 - $0 }))
    #expect(others.removed.count == 20_000 && others.inserted.count == 20_000)
    #expect(LineDifference(from: lines, to: lines.reversed()) == nil)
    let turned = Array(lines[19_000...] + lines[..<19_000])
    #expect(try #require(LineDifference(from: lines, to: turned)).removed.count == 1_000)
  }

  @Test("a merge of lines that nearly all stand elsewhere is given up on")
  func merge() throws {
    var random = SeededGenerator(seed: 7)
    let keys = (0..<6_000).map { "K\($0)=1\n" }
    let versions = try [keys, keys.shuffled(using: &random), keys + ["M=1\n"]].map {
      try SecretFile($0.joined(), .dotenv)
    }
    #expect(refusal { _ = try MergeTexts(versions.map(text)) } == .limitExceeded)
    #expect(
      refusal { _ = try MergeTexts([versions[0], versions[0], versions[2]].map(text)) } == nil)
  }

  private func text(_ file: SecretFile) -> MergeText {
    MergeText(file.document, MergeText.Style(file.format, [file.document]))
  }
}

import JOSE
import Testing

@testable import Secrets

@Suite("a block that would open for nobody is found without a key")
struct DamagedBlockTests {
  private let readers: [Reader]
  private let text: String

  init() throws {
    readers = [try Reader(), try Reader()]
    text = string(try SecretFile("a: 1\n", .yaml).sealed(for: readers[0], readers[1]).bytes)
  }

  private func kinds(_ text: String) throws -> [Finding.Kind] {
    let selection = try #require(SecretFile(text, .yaml).selection)
    return Finding.all(
      in: Array(text.utf8), format: .yaml, expecting: .init(selection: selection)
    ).map(\.kind)
  }

  @Test("as it was sealed, nothing is wrong with it")
  func whole() throws { #expect(try kinds(text).isEmpty) }

  @Test("each member that is missing, cut short or of another kind")
  func damaged() throws {
    let damages: [(Regex<Substring>, String)] = [
      (/"commitment":"[^"]*",/, ""), (/"commitment":"/, "\"commitment\":\"AA"),
      (/"tag":"[^"]*"/, "\"tag\":\"\""), (/,"tag":"[^"]*"/, ""), (/"iv":"..../, "\"iv\":\""),
      (/"iv":"[^"]*",/, ""), (/"encrypted_key":"..../, "\"encrypted_key\":\""),
      (/,"encrypted_key":"[^"]*"/, ""), (/"alg":"ECDH-ES\+A256KW"/, "\"alg\":\"none\""),
      (/"alg":"ECDH-ES\+A256KW"/, "\"alg\":\"RSA1_5\""), (/"alg":"ECDH-ES\+A256KW",/, ""),
      (/"protected":"[^"]*"/, "\"protected\":\"e30\""),
      // {"enc":"A256GCM"} without cty, and with another.
      (/"protected":"[^"]*"/, "\"protected\":\"eyJlbmMiOiJBMjU2R0NNIn0\""),
      (/,"epk":\{[^}]*\}/, ""), (/digest: eyJ/, "digest: fyJ"),
    ]
    for (pattern, replacement) in damages {
      guard let match = text.firstMatch(of: pattern) else { continue }
      let damaged = text.replacing(match.output, with: replacement, maxReplacements: 1)
      #expect(damaged != text)
      #expect(try kinds(damaged) == [.malformed], "\(match.output) -> \(replacement)")
    }
    #expect(damages.count { text.firstMatch(of: $0.0) != nil } >= 14)
  }

  @Test("a block that selects other values than the rule")
  func selection() throws {
    let findings = Finding.all(
      in: Array(text.utf8), format: .yaml,
      expecting: .init(selection: Selection(except: [try PathPattern("b")])))
    #expect(findings.map(\.kind) == [.otherSelection])
  }
}

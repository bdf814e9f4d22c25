import JOSE
import Seeded
import Testing

@testable import Secrets

/// A file as a merge should see it: named values, and a list of elements without names.
private struct Model: Hashable {
  var named: [String: Int]
  var elements: [[String: Int]]

  func text(_ format: FileFormat) -> String {
    let pairs = named.sorted { $0.key < $1.key }
    let parts = elements.map { $0.sorted { $0.key < $1.key } }
    switch format {
    case .toml:
      return pairs.map { "\($0) = \($1)\n" }.joined()
        + parts.map { "[[l]]\n" + $0.map { "\($0) = \($1)\n" }.joined() }.joined()
    case .json:
      let list = parts.map { part in
        "    {\n" + part.map { "      \"\($0)\": \($1)" }.joined(separator: ",\n") + "\n    }"
      }
      let lines = pairs.map { "  \"\($0)\": \($1)" }
      return "{\n"
        + (lines + ["  \"l\": [\n" + list.joined(separator: ",\n") + "\n  ]"]).joined(
          separator: ",\n") + "\n}\n"
    default:
      let list = parts.map { part in
        part.enumerated().map { ($0 == 0 ? "  - " : "    ") + "\($1.key): \($1.value)\n" }.joined()
      }
      return pairs.map { "\($0): \($1)\n" }.joined() + "l:\n" + list.joined()
    }
  }

  init(named: [String: Int], elements: [[String: Int]]) {
    (self.named, self.elements) = (named, elements)
  }

  init(_ file: OpenedFile) throws {
    (named, elements) = ([:], [])
    for value in try file.texts() {
      let number = Int(string(value.text.copy)) ?? -1
      let steps = value.path.components
      let key = string(value.path.lastKey ?? [])
      if steps.count == 1 {
        named[key] = number
      } else if steps.count == 3, case .index(let index) = steps[1] {
        while elements.count <= index { elements.append([:]) }
        elements[index][key] = number
      } else {
        Issue.record("\(value.path) is of another shape")
      }
    }
  }

  /// Whether two changed versions cannot both be had: one key has two other values, or both changed
  /// the list.
  func conflicts(_ left: Model, _ right: Model) -> Bool {
    let keys = Set(named.keys).union(left.named.keys).union(right.named.keys)
    let isTorn = keys.contains { key in
      left.named[key] != right.named[key] && left.named[key] != named[key]
        && right.named[key] != named[key]
    }
    return isTorn || (left.elements != elements && right.elements != elements)
  }

  /// The model after some changes.
  func changed(_ random: inout SeededGenerator) -> Model {
    var model = self
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let value = Int.random(in: 0...2, using: &random)
      let key = ["a", "c", "e", "g"].randomElement(using: &random) ?? "a"
      switch Int.random(in: 0..<5, using: &random) {
      case 0: model.named[key] = value
      case 1 where model.named.count > 1: model.named[key] = nil
      case 2 where model.elements.count > 1:
        model.elements.remove(at: Int.random(in: model.elements.indices, using: &random))
      case 3: model.elements[0]["t"] = value
      default:
        model.elements.append(["k": 1, ["t", "s"].randomElement(using: &random) ?? "t": value])
      }
    }
    return model
  }
}

@Suite("merges of made-up changes, by what they mean")
struct MergeModelTests {
  @Test(
    "a clean merge has each side's changes, and no list element that neither side has",
    arguments: [FileFormat.yaml, .toml, .json])
  func merge(format: FileFormat) throws {
    var cleanCount = 0
    for seed in UInt64(1)...60 where try merge(format, seed) { cleanCount += 1 }
    // A merge that gives up whenever both sides did something would hold all else.
    #expect(cleanCount >= 30)
  }

  /// Whether a merge was clean.
  private func merge(_ format: FileFormat, _ seed: UInt64) throws -> Bool {
    let reader = try Reader()
    let keys = [reader.opener]
    var random = SeededGenerator(seed: seed &* 977)
    let model = Model(
      named: ["a": 1, "b": 2, "c": 3, "d": 4], elements: [["k": 0, "t": 1], ["k": 1, "s": 2]])
    let base = try SecretFile(model.text(format), format).sealed(for: reader).opened(with: keys)
    let sides = [model.changed(&random), model.changed(&random)]
    let files = try sides.map { side in
      let bytes = try base.edited(to: Array(side.text(format).utf8))
      return try SecretFile(bytes, format: format).opened(with: keys)
    }
    let outcome = try Merge.merging(base: base, ours: files[0], theirs: files[1])
    guard case .clean(let bytes) = outcome else {
      #expect(model.conflicts(sides[0], sides[1]), "seed \(seed)")
      return false
    }
    let merged = try Model(SecretFile(bytes, format: format).opened(with: keys))
    for key in ["a", "b", "c", "d", "e", "g"] {
      let (old, left, right) = (model.named[key], sides[0].named[key], sides[1].named[key])
      #expect(left == right || left == old || right == old)
      #expect(merged.named[key] == (left == old ? right : left))
    }
    let known = Set(sides[0].elements + sides[1].elements)
    for (index, element) in merged.elements.enumerated() where !known.contains(element) {
      // Parts of one element that both sides kept in its place.
      let places = ([model] + sides).map {
        $0.elements.indices.contains(index) ? $0.elements[index] : [:]
      }
      #expect(element.allSatisfy { key, value in places.contains { $0[key] == value } })
      #expect(sides.allSatisfy { $0.elements.count == model.elements.count })
    }
    for element in Set(sides[0].elements).intersection(sides[1].elements) {
      #expect(merged.elements.contains(element))
    }
    return true
  }
}

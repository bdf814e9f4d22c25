import JOSE
import Testing
import Vectors

/// One example of RFC 7520, or of those that the cookbook has for RFC 7797 and RFC 8037.
struct CookbookExample {
  let root: VectorValue
  private let name: String

  init(_ name: String) throws {
    self.init(name, try VectorFolder.load("rfc7520/\(name)"))
  }

  init(_ name: String, _ root: VectorValue) {
    self.name = name
    self.root = root
  }

  /// The string at `path`.
  func text(_ path: String...) throws -> String {
    try #require(value(path)?.string, "\(name) has no \(path.joined(separator: "/"))")
  }

  /// The value at `path`; nil when there is none.
  func value(_ path: String...) -> VectorValue? { value(path) }

  private func value(_ path: [String]) -> VectorValue? {
    path.reduce(root) { value, name in value?[name] }
  }

  /// What is sealed or signed.
  var content: [UInt8] {
    get throws {
      let text = value("input", "plaintext")?.string ?? value("input", "payload")?.string
      return try Array(#require(text).utf8)
    }
  }

  /// The keys of the input; none where it is a passphrase.
  var keys: [VectorValue] {
    guard let key = value("input", "key") else { return [] }
    return key.elements.isEmpty ? [key] : key.elements
  }

  /// The example's message in each serialization that it gives: `compact`, `json`, `json_flat`.
  var messages: [(form: String, text: [UInt8])] {
    ["compact", "json", "json_flat"].compactMap { form in
      guard let value = value("output", form) else { return nil }
      return (form, value.string.map { Array($0.utf8) } ?? value.json)
    }
  }

  /// A test for every serialization, and within it for every key: `message` is its text.
  var file: VectorFile {
    var tests: [VectorTest] = []
    for (_, text) in messages {
      for key in keys.isEmpty ? [.null] : keys {
        let message = VectorValue.string(String(decoding: text, as: UTF8.self))
        tests.append(
          VectorTest(
            id: tests.count + 1, expectation: .valid,
            fields: .object(["message": message, "key": key])))
      }
    }
    return VectorFile(name, tests: tests)
  }

  /// The content encryption that the output names; the input of one example misspells it.
  var encryption: ContentEncryptionAlgorithm {
    get throws {
      let header = value("encrypting_content", "protected") ?? .null
      let name = header["enc"]?.string ?? value("input", "enc")?.string
      return try #require(name.flatMap(ContentEncryptionAlgorithm.init))
    }
  }
}

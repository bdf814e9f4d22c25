/// Where a value stands in its file.
///
/// The text form is unambiguous and meant for people: `services/web/environment/DB_PASSWORD`,
/// `users[0]/token`, `#1/stringData/password` for the second document of a YAML file. In a key, each
/// of `/ [ ] \ * ?` is written with a backslash before it, control characters as `\xHH`, `#` at the
/// start of a path as `\#`, the key `.` as `\.` and an empty key as `\e`. The path of a value that
/// is the whole document is `.`.
public struct SecretPath: Sendable, Hashable {
  /// A step on the way to a value.
  public enum Component: Sendable, Hashable {
    /// A member of a mapping, a table, a section; as UTF-8.
    case key([UInt8])
    /// An element of a list, from 0; in INI a repetition of a key, from 1.
    case index(Int)
    /// A document of a YAML file after the first, from 1; it only begins a path.
    case document(Int)
  }

  /// The steps, outermost first.
  public internal(set) var components: [Component]

  /// A path of `components`.
  public init(_ components: [Component] = []) { self.components = components }

  /// Reads the text form.
  ///
  /// - Throws: ``SecretsError`` `malformed`, saying what is wrong with the text.
  public init(parsing text: String) throws(SecretsError) {
    components = []
    guard !text.utf8.elementsEqual(".".utf8) else { return }
    for symbol in try PathSymbol.symbols(of: text) {
      switch symbol {
      case .key(let atoms):
        components.append(.key(try Self.key(atoms)))
      case .index(let index?): components.append(.index(index))
      case .document(let document): components.append(.document(document))
      case .index(nil):
        throw SecretsError(.malformed, "the path has a list position without a number")
      }
    }
  }

  private static func key(_ atoms: [PathSymbol.Atom]) throws(SecretsError) -> [UInt8] {
    var key: [UInt8] = []
    for atom in atoms {
      guard case .byte(let byte) = atom else {
        throw SecretsError(.malformed, "the path has a wildcard; write \\* for the character")
      }
      key.append(byte)
    }
    return key
  }

  func appending(_ component: Component) -> SecretPath { SecretPath(components + [component]) }

  /// The path that holds this one; of the outermost path, itself.
  var parent: SecretPath { SecretPath(Array(components.dropLast())) }

  /// The last key of the path; nil when it ends with a list position.
  var lastKey: [UInt8]? {
    if case .key(let key) = components.last { key } else { nil }
  }

  /// The text that a value's encryption is bound to: the path without its positions.
  ///
  /// An element that is put in front of a list, or a document in front of a file, moves all those
  /// after it, and a diff must not show them all as changed. A value swapped with another of its own
  /// list opens for that reason, and is noticed by the digest, which lists full paths.
  var binding: [UInt8] { text(withPositions: false) }

  var utf8: [UInt8] { text(withPositions: true) }

  private func text(withPositions: Bool) -> [UInt8] {
    var text: [UInt8] = []
    var needsSlash = false
    for component in components {
      switch component {
      case .document(let number):
        guard withPositions else { continue }
        text += Array("#\(number)".utf8)
        needsSlash = true
      case .index(let index):
        text += Array((withPositions ? "[\(index)]" : "[]").utf8)
        needsSlash = true
      case .key(let key):
        if needsSlash { text.append(UInt8(ascii: "/")) }
        PathSymbol.append(key, to: &text, isFirst: text.isEmpty)
        needsSlash = true
      }
    }
    return text.isEmpty ? [UInt8(ascii: ".")] : text
  }
}

extension SecretPath: CustomStringConvertible {
  /// The text form.
  public var description: String { String(decoding: utf8, as: UTF8.self) }
}

extension SecretPath: Comparable {
  /// Orders by the bytes of the text form.
  public static func < (left: SecretPath, right: SecretPath) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }
}

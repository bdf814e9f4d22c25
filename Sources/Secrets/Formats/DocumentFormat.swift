/// What the five formats have in common; all else is written once over their tokens.
protocol DocumentFormat: Sendable {
  /// Finds the values of a file.
  ///
  /// - Throws: ``SecretsError`` `malformed`, `unsupported` or `limitExceeded`, naming the line.
  func scan(_ bytes: [UInt8]) throws(SecretsError) -> ScannedDocument

  /// The text that a value of `document` stands for, with quotes and escapes resolved.
  func text(of token: SecretToken, in document: ScannedDocument) throws(SecretsError) -> [UInt8]

  /// The texts of `tokens`, all at once.
  func texts(
    in document: ScannedDocument, of tokens: [SecretToken]
  ) throws(SecretsError) -> [[UInt8]]

  /// What `text` is when it is written without quotes; nil for no value at all.
  func kind(ofBare text: [UInt8]) -> SecretToken.Kind?

  /// `text` as a string of the format, on one line.
  ///
  /// `old` is the value that it replaces, whose style is kept where the text allows it.
  ///
  /// - Throws: ``SecretsError`` `unsupported` for text that the format cannot hold.
  func string(_ text: [UInt8], like old: ArraySlice<UInt8>?) throws(SecretsError) -> [UInt8]

  /// What stands between a delimiter at the end of `line` and the value after it.
  func gap(after line: ArraySlice<UInt8>) -> [UInt8]

  /// A sealed value, which has no characters but those of base64url and dots, as it is written.
  ///
  /// `old` is the value in clear that it stands for.
  func sealed(_ compact: [UInt8], like old: ArraySlice<UInt8>) -> [UInt8]

  /// What writes `block` into a file that has none.
  func splice(_ block: SealBlock, into document: ScannedDocument) throws(SecretsError) -> Splice

  /// What writes a value under a new key beside its sibling, or else where its mapping takes one; nil
  /// where there is no simple place for it.
  func splice(
    _ entry: NewEntry, into document: ScannedDocument
  ) throws(SecretsError) -> Splice?
}

extension DocumentFormat {
  func gap(after line: ArraySlice<UInt8>) -> [UInt8] { [] }

  func texts(
    in document: ScannedDocument, of tokens: [SecretToken]
  ) throws(SecretsError) -> [[UInt8]] {
    var texts: [[UInt8]] = []
    for token in tokens { texts.append(try text(of: token, in: document)) }
    return texts
  }
}

/// A value under a key that the file does not have yet.
struct NewEntry {
  let path: SecretPath
  /// As it is written in the file.
  let value: [UInt8]
  /// The last value of the same mapping; nil where it has none.
  let sibling: SecretToken?
  /// Where the mapping takes a key that has no such sibling.
  let place: EntryPlace?
  /// The mapping itself where nothing is in it.
  let empty: StructureMark?
}

/// A format of configuration files.
public enum FileFormat: String, Sendable, CaseIterable {
  /// YAML 1.1 and 1.2, as libyaml reads them.
  case yaml
  /// JSON (RFC 8259).
  case json
  /// TOML 1.0.
  case toml
  /// Lines of `NAME=value`.
  case dotenv
  /// Sections of `name = value`.
  case ini

  /// The format that a file's name tells; nil for an unknown ending.
  ///
  /// `.env`, `.env.production` and `production.env` are dotenv.
  public init?(fileName: String) {
    let name = fileName.utf8.split(separator: UInt8(ascii: "/")).last.map { Array($0) } ?? []
    let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count > 1, let ending = parts.last else { return nil }
    if parts[0].isEmpty, parts[1].elementsEqual("env".utf8) {
      self = .dotenv
      return
    }
    let small = ending.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    switch String(decoding: small, as: UTF8.self) {
    case "yaml", "yml": self = .yaml
    case "json": self = .json
    case "toml": self = .toml
    case "env": self = .dotenv
    case "ini", "cfg", "cnf", "conf": self = .ini
    default: return nil
    }
  }

  /// The format in which `bytes` are a sealed file, whatever that is called; nil for any other.
  ///
  /// Each format writes the block in a way of its own.
  public init?(ofSealed bytes: [UInt8]) {
    guard SealedMark.isIn(bytes) else { return nil }
    let format = Self.allCases.first { format in
      do throws(SecretsError) { return try SecretFile(bytes, format: format).isSealed } catch {
        return false
      }
    }
    guard let format else { return nil }
    self = format
  }

  var syntax: any DocumentFormat {
    switch self {
    case .yaml: YAMLFormat()
    case .json: JSONFormat()
    case .toml: TOMLFormat()
    case .dotenv: DotenvFormat()
    case .ini: INIFormat()
    }
  }
}

internal import Secrets

/// What values are called in the environment of a program.
struct EnvironmentNames {
  /// What all names begin with.
  let prefix: String

  /// The name for the value at `path`; nil when no environment variable can be called so.
  ///
  /// Keys and positions are joined by underscores, letters made large, and all that is neither letter nor
  /// digit becomes an underscore: `db/pass-word` is DB_PASS_WORD, `hosts[0]` is HOSTS_0. The names
  /// of dotenv files are names of variables already and stay as they are.
  func name(of path: SecretPath, format: FileFormat) -> String? {
    var parts: [String] = []
    for component in path.components {
      switch component {
      case .key(let key):
        guard let part = Self.part(key, isName: format == .dotenv) else { return nil }
        parts.append(part)
      case .index(let index): parts.append("\(index)")
      case .document: continue
      }
    }
    let name = prefix + parts.joined(separator: "_")
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return nil }
    return name
  }

  /// Whether `prefix` can begin a name.
  static func isValid(prefix: String) -> Bool {
    prefix.utf8.allSatisfy { isWordCharacter($0) }
      && !(prefix.utf8.first.map { (0x30...0x39).contains($0) } ?? false)
  }

  private static func part(_ key: [UInt8], isName: Bool) -> String? {
    guard key.contains(where: isWordCharacter), key.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return nil }
    let bytes = key.map { byte in
      guard isWordCharacter(byte) else { return UInt8(ascii: "_") }
      return !isName && (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isWordCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
    default: false
    }
  }
}

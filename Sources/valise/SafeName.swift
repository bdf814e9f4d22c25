/// Names for files, made of names that strangers chose.
///
/// A name is one component that means a plain file of the directory that it is put into, on any
/// system that the directory may be carried to, and looks like what it is.
enum SafeName {
  /// What most file systems hold, less room for what programs append.
  static let byteCount = 200
  /// A longer ending is none.
  private static let extensionByteCount = 20

  /// `name` made harmless.
  ///
  /// Of a path the last component is taken. Characters that cannot be seen are left out, and dots and
  /// dashes at the start: hidden files, and options of whatever program is called with the name.
  static func of(_ name: String) -> String {
    let scalars = name.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last ?? [][...]
    var visible = String.UnicodeScalarView()
    visible.append(contentsOf: scalars.filter(Text.isVisible))
    let kept = trimmed(Substring(visible.drop(while: isLeft)))
    guard !kept.isEmpty else { return "attachment" }
    let short = cut(kept, to: byteCount)
    return isDevice(short) ? "_" + cut(short[...], to: byteCount - 1) : short
  }

  /// `name`, already safe, with a number before its ending.
  static func numbered(_ name: String, _ number: Int) -> String {
    let (stem, ending) = parts(name[...])
    let suffix = "-\(number)\(ending)"
    return cut(stem, to: byteCount - suffix.utf8.count) + suffix
  }

  /// What a name does not begin with; marks would join what stands before.
  private static func isLeft(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .spaceSeparator: true
    default: scalar == "." || scalar == "-"
    }
  }

  /// Windows leaves dots and spaces at the end away, so that two names would be one.
  private static func trimmed(_ name: Substring) -> Substring {
    var rest = name.unicodeScalars
    while let last = rest.last,
      last == "." || last.properties.generalCategory == .spaceSeparator
    { rest.removeLast() }
    return Substring(rest)
  }

  /// The beginning of `name`, with its ending, in at most `limit` bytes.
  private static func cut(_ name: Substring, to limit: Int) -> String {
    guard name.utf8.count > limit else { return String(name) }
    let (stem, ending) = parts(name)
    let room = limit - ending.utf8.count
    var end = stem.startIndex
    while end < stem.endIndex, stem[..<stem.index(after: end)].utf8.count <= room {
      end = stem.index(after: end)
    }
    if end == stem.startIndex {
      // One letter with a hundred accents on it.
      let scalars = stem.unicodeScalars
      while end < stem.endIndex, stem[..<scalars.index(after: end)].utf8.count <= room {
        end = scalars.index(after: end)
      }
    }
    return String(trimmed(stem[..<end])) + ending
  }

  /// What stands before the ending, and the ending with its dot; empty for none.
  private static func parts(_ name: Substring) -> (stem: Substring, ending: Substring) {
    guard let dot = name.unicodeScalars.lastIndex(of: "."), dot > name.startIndex,
      name[dot...].utf8.count <= extensionByteCount
    else { return (name, "") }
    return (name[..<dot], name[dot...])
  }

  private static let devices: Set<String> = {
    let ports = ["COM", "LPT"].flatMap { name in "0123456789¹²³".map { "\(name)\($0)" } }
    return Set(ports + ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"])
  }()

  /// Whether Windows takes it for a device, whatever its ending is.
  private static func isDevice(_ name: String) -> Bool {
    let stem = name.unicodeScalars.prefix { $0 != "." }
    return devices.contains(String(trimmed(Substring(stem))).uppercased())
  }
}

internal import DurableFiles
internal import JOSE

/// Where a command's result goes.
enum Output {
  /// Standard output, or a pipe or device that was named.
  case stream(OutputStream, isNamed: Bool)
  /// A file that appears when it is whole.
  case file(StagedFile)

  /// The output that `-o` names; standard output without it.
  ///
  /// Nothing is created yet, and an existing file is refused before any work is done.
  init(_ path: String?, force: Bool, input: InputFile? = nil) throws {
    let named = path.flatMap { Self.isStandard($0) ? nil : $0 }
    // Appended to itself, an input would never end.
    if let input, input.byteCount != nil,
      FileIdentity(path: named ?? "/dev/stdout") == input.identity
    {
      throw Failure(
        .cannotCreate, "\(Text.shown(named ?? "standard output")): is the input itself",
        hint: "write to another file and rename it")
    }
    guard let path = named else {
      self = .stream(.standardOutput(), isNamed: path != nil)
      return
    }
    do {
      if let stream = try OutputStream.special(path: path) {
        self = .stream(stream, isNamed: true)
      } else {
        self = .file(try StagedFile(path: path, existing: force ? .replace : .keep))
      }
    } catch { throw Failure(writing: error) }
  }

  /// Whether it is standard output, where nothing else must be written then.
  var isStandard: Bool {
    if case .stream(let stream, _) = self { stream.isStandardOutput } else { false }
  }

  /// Writes all of a small result.
  func write(_ bytes: Span<UInt8>) throws {
    do {
      switch self {
      case .stream(let stream, _): try stream.write(bytes)
      case .file(let file):
        try file.write(bytes)
        try file.commit()
      }
    } catch { throw Failure(writing: error) }
  }

  /// Prints as JSON which file was written; nothing where the result itself went to a stream.
  func sayWhere() throws {
    guard case .file(let file) = self else { return }
    try Console.print(.object([.init("output", .string(file.path))]))
  }

  /// Whether `path` means standard output, also where that is a file and /dev/stdout a link to it.
  private static func isStandard(_ path: String) -> Bool { path == "-" || path == "/dev/stdout" }
}

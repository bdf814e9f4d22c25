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
  init(_ path: String?, force: Bool, input: InputFile) throws {
    let named = path.flatMap { Self.isStandard($0) ? nil : $0 }
    // Appended to itself, an input would never end.
    if input.byteCount != nil, FileIdentity(path: named ?? "/dev/stdout") == input.identity {
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

  /// Whether `path` means standard output, also where that is a file and /dev/stdout a link to it.
  static func isStandard(_ path: String) -> Bool { path == "-" || path == "/dev/stdout" }
}

/// The input that a command names; standard input without it.
enum Input {
  static func open(_ path: String?) throws -> InputFile {
    do {
      guard let path, path != "-" else {
        let input = try InputFile.standardInput()
        if input.isTerminal {
          Console.note("reading from the terminal; Ctrl-D ends it", quiet: false)
        }
        return input
      }
      return try InputFile(path: path)
    } catch { throw Failure(reading: error) }
  }
}

internal import DurableFiles

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

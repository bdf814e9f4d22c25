internal import DurableFiles

/// A question to the person at the terminal, whatever the standard streams are.
enum Question {
  /// Whether the person says yes to `text`; `flag` says how a script answers, for the hint when there
  /// is no terminal.
  static func confirm(_ text: String, flag: String) throws -> Bool {
    guard let terminal = try? OutputStream.special(path: "/dev/tty"),
      let answers = try? InputFile(path: "/dev/tty")
    else {
      throw Failure(
        .usage, "this needs an answer, and there is no terminal to ask on", hint: flag)
    }
    do {
      let prompt = Array("valise: \(text) [yes/no]: ".utf8)
      try terminal.write(prompt.span)
      var line: [UInt8] = []
      while line.last != 0x0A, line.count < 1024 {
        guard try answers.read(upTo: 256, appendingTo: &line) > 0 else { break }
      }
      let answer = String(decoding: line.filter { $0 > 0x20 }, as: UTF8.self).lowercased()
      return ["y", "yes"].contains(answer)
    } catch { throw Failure(reading: error) }
  }
}

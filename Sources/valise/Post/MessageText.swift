internal import DurableFiles
internal import JOSE
internal import Primitives

/// What a message says: an argument, standard input, or what is written in an editor.
enum MessageText {
  /// More than a message has room for; the post's own limit is checked when it is sealed.
  private static let limit = 1 << 20

  /// The text that `argument` is or leads to.
  ///
  /// - Parameters:
  ///   - argument: the text itself, `-` for standard input, nil for that or the editor.
  ///   - draft: what the editor begins with.
  /// - Returns: the text, which may be empty unless it was written in the editor.
  /// - Throws: ``Failure``.
  static func read(_ argument: String?, draft: String = "") throws -> String {
    if let argument, argument != "-" { return argument }
    do {
      let input = try InputFile.standardInput()
      guard argument == nil, input.isTerminal else {
        return try text(input.readAll(limit: limit), "the message")
      }
      return try edited(draft)
    } catch let error as FileError { throw Failure(reading: error) }
  }

  /// Sees to it that `text` says something.
  static func refuseEmpty(_ text: String) throws {
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw Failure(.usage, "the message is empty; nothing was sent")
    }
  }

  /// What the person writes, in memory-backed storage.
  private static func edited(_ draft: String) throws -> String {
    let name = "message-\(try RandomSource.system.bytes(8).map { String($0, radix: 36) }.joined())"
    let directory = try MemoryDirectory.make().appending(name).createPrivate()
    // Whatever happens, no plaintext is left, or it is said where.
    defer {
      do { try directory.removeTree() } catch {
        Console.warning(
          "\(Text.shown(error.path)): \(error.reason); what was written may still be there")
      }
    }
    try directory.write("message.txt", Array(draft.utf8), existing: .keep)
    if let why = try Editor.open(directory.file("message.txt")) {
      throw Failure(.usage, "\(why); nothing was sent")
    }
    let text = try text(directory.read("message.txt", limit: limit), "the message")
    try refuseEmpty(text)
    // Whoever leaves a quotation as it is has thought better of answering.
    guard draft.isEmpty || !text.isExactly(draft) else {
      throw Failure(.usage, "nothing was written; nothing was sent")
    }
    return text
  }

  private static func text(_ bytes: [UInt8], _ name: String) throws -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Failure(.badData, "\(name) is not UTF-8", hint: "-a FILE sends any bytes")
    }
    return text
  }
}

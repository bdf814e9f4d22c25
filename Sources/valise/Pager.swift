internal import DurableFiles

/// The program that shows long listings page by page.
enum Pager {
  /// What is gathered before it is written where nobody waits for the first line.
  private static let pieceByteCount = 1 << 16

  /// Prints `lines`; on a terminal by way of the person's pager, as soon as they come.
  ///
  /// They are fit for a terminal already. Whoever reads may leave before the end: no more lines are
  /// asked for then.
  static func show(_ lines: some Sequence<String>) throws {
    try show { write in for line in lines { try write(line) } }
  }

  /// Likewise, the lines as `produce` finds them.
  static func show(_ produce: (_ write: (String) throws -> Void) throws -> Void) throws {
    let output = OutputStream.standardOutput()
    do {
      if output.isTerminal, let reader = start() {
        try produce { try reader.write(Array("\($0)\n".utf8).span) }
        return try reader.finish()
      }
      var piece: [UInt8] = []
      try produce { line in
        piece += Array("\(line)\n".utf8)
        guard output.isTerminal || piece.count >= pieceByteCount else { return }
        try output.write(piece.span)
        piece.removeAll(keepingCapacity: true)
      }
      try output.write(piece.span)
    } catch let error as FileError {
      guard error.code == .closed else { throw Failure(writing: error) }
    }
  }

  /// Nil for none, and for one that cannot be run: what was asked for is the listing.
  private static func start() -> ForegroundReader? {
    guard let words = words(Platform.environment) else { return nil }
    // Leave at once when all fits on the screen, and let it stand there.
    let isSet = Platform.environment("LESS") != nil
    return try? ForegroundReader(words, adding: isSet ? [] : [Array("LESS=FRX".utf8)])
  }

  /// The pager and its arguments; nil for none.
  static func words(_ environment: (String) -> String?) -> [String]? {
    // A terminal that cannot move its cursor has no pages.
    guard let terminal = environment("TERM"), !["", "dumb"].contains(terminal) else { return nil }
    let wish = environment("VALISE_PAGER") ?? environment("PAGER") ?? "less"
    guard let words = CommandWords.split(wish), !words.isEmpty, words != ["cat"] else { return nil }
    return words
  }
}

internal import DurableFiles
internal import JOSE

extension Output {
  /// Refuses bytes that would drive the terminal of whoever reads them, unless `-o -` asks for it.
  ///
  /// Anybody who has the public keys can seal such bytes.
  ///
  /// - Parameters:
  ///   - hint: what to do instead.
  ///   - emit: writes all that is to be shown.
  /// - Throws: ``Failure`` `cannotCreate`, and what `emit` throws.
  func refuseControls(
    hint: String = "-o FILE writes it to a file, -o - shows it all the same",
    in emit: (TerminalGuard) throws -> Void
  ) throws {
    guard case .stream(let stream, let isNamed) = self, stream.isTerminal, !isNamed else { return }
    let scan = TerminalGuard()
    try emit(scan)
    guard scan.isPlainText else {
      throw Failure(
        .cannotCreate, "the content is no plain text and could drive the terminal", hint: hint)
    }
  }
}

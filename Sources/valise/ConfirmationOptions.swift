internal import ArgumentParser

/// Whether a command that cannot be undone asks first.
struct ConfirmationOptions: ParsableArguments {
  @Flag(help: "Do not ask whether it is meant.")
  var yes = false

  /// Sees to it that the person at the terminal means it.
  ///
  /// - Throws: ``Failure`` `usage`, saying `refusal`, when not, and without a terminal to ask on.
  func require(_ question: String, orElse refusal: String) throws {
    let isMeant = try yes || Question.confirm(question, flag: "--yes does it without asking")
    guard isMeant else { throw Failure(.usage, refusal) }
  }
}

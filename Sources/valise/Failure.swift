/// Why a command ends without its work done, in words for the person at the terminal.
struct Failure: Error {
  let status: ExitStatus
  /// Lowercase, no full stop, naming the file, the contact or the member.
  let message: String
  /// Lines below the message, for what does not fit into it.
  let details: [String]
  /// What to do about it, where there is something.
  let hint: String?

  init(_ status: ExitStatus, _ message: String, details: [String] = [], hint: String? = nil) {
    self.status = status
    self.message = message
    self.details = details
    self.hint = hint
  }

  /// The same with another hint.
  func hinting(_ hint: String) -> Failure {
    Failure(status, message, details: details, hint: hint)
  }

  /// Says it on standard error.
  func show() {
    Console.error(message)
    for detail in details { Console.detail(detail) }
    if let hint { Console.hint(hint) }
  }
}

/// Why a command ends without its work done, in words for the person at the terminal.
struct Failure: Error {
  let status: ExitStatus
  /// Lowercase, no full stop, naming the file, the contact or the member.
  let message: String
  /// What to do about it, where there is something.
  let hint: String?

  init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }
}

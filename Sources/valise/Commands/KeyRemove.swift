internal import ArgumentParser
internal import Contacts
internal import JOSE

extension Key {
  /// The command valise key remove.
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "remove",
      abstract: "Remove an identity and its private keys.",
      discussion: """
        What was sealed for it opens no more, but with a copy: valise key export --private makes \
        one, and so does valise keyring backup. Others go on sealing for it unless they are given a \
        revocation: valise key revoke.
        """)

    @Argument(help: "The identity.")
    var name: String

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let keyring = try Environment.keyring()
      let identity = try Environment.identity(name, in: keyring)
      try confirmation.require(
        "remove the private keys of \(identity.name) for good?",
        orElse: "\(identity.name) was not removed")
      try keyring.remove(identity)
      try answer.say(
        "removed the identity \(identity.name)", [.init("removed", .string(identity.name))])
    }
  }
}

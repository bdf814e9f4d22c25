internal import ArgumentParser
internal import DurableFiles
internal import Primitives

/// The program: argv in, words and an exit status out.
@main
struct Valise: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "valise",
    abstract: "Encrypt files, messages and secrets for people, as standard JSON Web Encryption.",
    discussion: """
      valise key generate --name alice          make your own keys
      valise key export > alice.jwks            hand out the public ones
      valise contact add bob bob.jwks           keep somebody's
      valise encrypt -r bob -r me -o plan.jwe plan.pdf
      valise decrypt -o plan.pdf plan.jwe
      valise secrets encrypt -i secrets.yaml    seal the values in a file
      valise post join /media/shared/post       send messages through a shared folder
      valise send -t bob -a plan.pdf 'at nine'  write one
      valise sync                               post it, and collect what came
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(
        name: "File",
        subcommands: [Encrypt.self, Decrypt.self, Inspect.self, RecipientsCommand.self]),
      CommandGroup(
        name: "Key and contact",
        subcommands: [
          Key.self, ContactCommand.self, GroupCommand.self, ProjectCommand.self,
          KeyringCommand.self,
        ]),
      CommandGroup(name: "Secret", subcommands: [SecretsCommand.self]),
      CommandGroup(
        name: "Post",
        subcommands: [
          PostCommand.self, Sync.self, Send.self, Inbox.self, Read.self, Reply.self, Forward.self,
          Save.self, Delete.self, Sent.self, Search.self, Quarantine.self, MailboxCommand.self,
        ]),
    ])

  static let version = "0.1.0"

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise --help lists them")
  }

  static func main() {
    Platform.openStandardStreams()
    ProcessHardening.forbidCoreDumps()
    ProcessHardening.whenMemoryEnds {
      Console.error("the system has no memory left for keys")
      Console.hint("try again when it has more, or where ulimit -v allows it")
      Platform.exit(ExitStatus.tryAgain.rawValue)
    }
    do {
      if let word = Platform.brokenArguments.first {
        throw Failure(
          .usage, "\(Text.shown(word)): is not UTF-8",
          hint: "names are UTF-8 here: rename the file, or use standard input and output")
      }
      try NamedCommand.check(CommandLine.arguments.dropFirst())
      var command = try parseAsRoot()
      try command.run()
    } catch let status as ExitCode {
      // A command's answer to whoever called it; all is said already.
      Platform.exit(status.rawValue)
    } catch {
      Platform.exit(Report(error).show())
    }
  }
}

internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise mailbox.
struct MailboxCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mailbox", abstract: "Keep a copy of the mailbox, or begin with one.",
    subcommands: [Backup.self, Restore.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise mailbox --help lists them")
  }

  /// The command valise mailbox backup.
  struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "backup",
      abstract: "Copy the mailbox to a file, as it is at one moment.",
      discussion: """
        All messages in it are sealed for your keys, which are not in it: valise keyring backup \
        keeps those. Attachments are not in it either.
        """)

    @Argument(help: "The file to write, which must not exist.")
    var file: String

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let access = try MailboxAccess(PassphraseOptions())
      do throws(PostError) { try access.mailbox.backUp(to: file) } catch {
        guard let file = error.underlying as? FileError else { throw error }
        let failure = Failure(writing: file)
        throw error.code == .exists ? failure.hinting("name another file") : failure
      }
      try answer.say(
        "the mailbox is copied to \(Text.shown(file))", [.init("file", .string(file))])
    }
  }

  /// The command valise mailbox restore.
  struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "restore",
      abstract: "Make the mailbox from a backup, where there is none.",
      discussion: """
        What came or went since the backup is not known to it. What others post again arrives again.
        """)

    @Argument(help: "A file that valise mailbox backup wrote.")
    var file: String

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let book = try Environment.addressBook()
      do throws(PostError) {
        _ = try Mailbox.restore(file, to: MailboxAccess.directory(book).path)
      } catch {
        guard error.code != .exists else { throw error }
        throw Failure(error).naming(file)
      }
      try answer.say(
        "the mailbox is as it was in \(Text.shown(file))", [.init("file", .string(file))])
    }
  }
}

internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Post

extension PostCommand {
  /// The command valise post leave.
  struct Leave: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "leave",
      abstract: "Take part in a post no more.",
      discussion: """
        What came through it stays in the inbox. What strangers sent there is thrown away. Files in \
        the directory are left as they are, and expire. Joining it again brings nothing twice.
        """)

    @Argument(help: "The post, by its path, the end of that, or the beginning of its id.")
    var post: String

    @Flag(help: "Also when messages wait in it that somebody does not have: they are given up.")
    var force = false

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let access = try MailboxAccess(PassphraseOptions())
      let post = try access.posts([post])[0]
      let location = Text.shown(post.location)
      let status = try access.mailbox.status(
        of: post.descriptor.identifier, now: Platform.now())
      let count = status.unpostedCount + status.unacknowledgedCount
      guard count == 0 || force else {
        throw Failure(
          .tryAgain, "\(location): \(count) of your messages have not reached everybody",
          hint: "valise sync posts what waits; --force gives it up")
      }
      try access.mailbox.leave(post.descriptor)
      try answer.say(
        "you take part in the post \(location) no more",
        PostCommand.members(post.descriptor, at: post.location))
    }
  }
}

internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Post

/// The command valise post.
struct PostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "post", abstract: "Take part in posts: directories that carry messages.",
    discussion: """
      A post is a directory that anything may carry: a shared folder, Syncthing, rsync, rclone, a \
      stick. Everybody who takes part has a copy of it, or the same one.
      """,
    subcommands: [Init.self, Join.self, Leave.self, Status.self, Check.self])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise post --help lists them")
  }

  /// Tells of posts that were where another one is now: they will not be found there again.
  static func warn(of posts: [JoinedPost], at location: String, beside post: PostDescriptor) {
    for old in posts
    where old.location == location && old.descriptor.identifier != post.identifier {
      let name = old.descriptor.identifier.text
      Console.warning(
        "the post that was at \(Text.shown(location)) is gone, and you still take part in it; valise "
          + "post leave \(name) ends that")
    }
  }

  /// A post as data.
  static func members(_ post: PostDescriptor, at location: String) -> [JSONText.Member] {
    [
      .init("location", .string(location)), .init("id", .string(post.identifier.text)),
      .init(
        "limits",
        .object([
          .init("message", .integer(post.limits.messageByteCount)),
          .init("days", .integer(post.limits.dayCount)),
        ])),
    ]
  }
}

extension PostCommand {
  /// The command valise post init.
  struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init",
      abstract: "Make a post in a directory, and take part in it.")

    @Option(
      help: ArgumentHelp("How many days a message may wait, 1 to 90.", valueName: "n"))
    var days = PostLimits().dayCount

    @Argument(help: "The directory; it is made when it is missing.")
    var directory: String

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      var limits = PostLimits()
      limits.dayCount = days
      guard (1...90).contains(days) else {
        throw Failure(.usage, "--days \(days): a message may wait 1 to 90 days")
      }
      let access = try MailboxAccess(PassphraseOptions(), makesOne: true)
      _ = try access.owner()
      try PostLocation.refuseNesting(directory)
      do { try Directory(path: directory).create(isShared: true) } catch {
        throw Failure(writing: error)
      }
      let location = PostLocation.absolute(directory)
      let transport = try DirectoryTransport(path: location)
      let post = try initialize(transport, limits)
      try PostCommand.warn(of: access.mailbox.posts(), at: location, beside: post)
      try access.mailbox.join(post, at: location)
      try answer.say(
        "\(Text.shown(location)) is a post, and you take part in it",
        PostCommand.members(post, at: location))
    }

    private func initialize(
      _ transport: DirectoryTransport, _ limits: PostLimits
    ) throws -> PostDescriptor {
      do throws(PostError) {
        return try PostDescriptor.initialize(on: transport, limits: limits)
      } catch {
        guard error.code == .exists else { throw error }
        throw Failure(
          .cannotCreate, "\(Text.shown(directory)): is a post already",
          hint: "valise post join \(Text.shown(directory)) takes part in it")
      }
    }
  }

  /// The command valise post join.
  struct Join: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "join",
      abstract: "Take part in a post, or tell where it is now.")

    @Argument(help: "The directory, which has a post.json.")
    var directory: String

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      let access = try MailboxAccess(PassphraseOptions(), makesOne: true)
      _ = try access.owner()
      let location = PostLocation.absolute(directory)
      let post = try post(at: location)
      let posts = try access.mailbox.posts()
      let old = posts.first { $0.descriptor.identifier == post.identifier }
      PostCommand.warn(of: posts, at: location, beside: post)
      try access.mailbox.join(post, at: location)
      let note =
        switch old?.location {
        case nil: "you take part in the post \(Text.shown(location))"
        case location: "you take part in the post \(Text.shown(location)) already"
        case let old?: "the post \(Text.shown(old)) is \(Text.shown(location)) now"
        }
      try answer.say(note, PostCommand.members(post, at: location))
    }

    private func post(at location: String) throws -> PostDescriptor {
      do throws(PostError) {
        let transport = try DirectoryTransport(path: location)
        return try PostDescriptor.read(from: transport)
      } catch {
        guard error.code == .noPost else { throw error }
        throw Failure(
          .unavailable, "\(Text.shown(directory)): there is no post, or it has not arrived yet",
          hint: "valise post init \(Text.shown(directory)) makes one")
      }
    }
  }
}

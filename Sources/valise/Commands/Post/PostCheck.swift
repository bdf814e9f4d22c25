internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Post

extension PostCommand {
  /// The command valise post check.
  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "check",
      abstract: "Look over all files of a post; needs no key.",
      discussion: """
        Every message and part is held against its name, every marker against its message. What is \
        found may still be on its way; it ends with 65 when there is anything.
        """)

    @Argument(help: "The directory.")
    var directory: String

    @OptionGroup var answer: AnswerOptions

    func run() throws {
      var findings: [JSONText] = []
      let totals: PostTotals
      do throws(PostError) {
        let transport = try DirectoryTransport(path: PostLocation.absolute(directory))
        totals = try transport.check(now: Platform.now()) { finding in
          if answer.json {
            findings.append(Self.json(finding))
          } else {
            let path = Text.shown(finding.path.joined(separator: "/"))
            Console.warning("\(path): \(Self.words(finding.problem))")
          }
        }
      } catch { throw Failure(error).naming(directory) }
      try say(totals, findings)
      if totals.findingCount > 0 { throw ExitCode(ExitStatus.badData.rawValue) }
    }

    private func say(_ totals: PostTotals, _ findings: [JSONText]) throws {
      let size = Text.size(UInt64(clamping: totals.messageByteCount + totals.partByteCount))
      try answer.say(
        "\(Text.shown(directory)): \(Text.count(totals.messageCount, "message")) for "
          + "\(Text.count(totals.boxCount, "box", "boxes")), \(Text.count(totals.partCount, "part")), "
          + "\(size)\(Self.age(totals)); "
          + (totals.findingCount == 0
            ? "all is in order" : Text.count(totals.findingCount, "finding")),
        [
          .init("messages", .integer(totals.messageCount)),
          .init("message_bytes", .integer(totals.messageByteCount)),
          .init("boxes", .integer(totals.boxCount)), .init("markers", .integer(totals.markerCount)),
          .init("parts", .integer(totals.partCount)),
          .init("part_bytes", .integer(totals.partByteCount)),
          .init("oldest", totals.oldestDay.map { .string(Self.shown($0)) } ?? .null),
          .init("findings", .array(findings)),
        ])
    }

    private static func age(_ totals: PostTotals) -> String {
      totals.oldestDay.map { ", the oldest from \(shown($0))" } ?? ""
    }

    /// A day as people write it, and as all other JSON of the program has it.
    private static func shown(_ day: String) -> String {
      "\(day.prefix(4))-\(day.dropFirst(4).prefix(2))-\(day.suffix(2))"
    }

    private static func words(_ problem: PostFinding.Problem) -> String {
      switch problem {
      case .stray: "has no place in a post"
      case .conflictCopy: "is a copy that a carrier made of a conflict"
      case .damaged: "is not what its name says: still arriving, or changed"
      case .doubled: "is under another day as well"
      case .tooLarge: "is larger than anything of its kind may be"
      case .notAFile: "is a link, a pipe, a socket or a device"
      case .markerNotEmpty: "is a marker with content"
      case .markerWithoutMessage: "announces a message that is not there"
      case .wrongDay: "is of a day that no message may be from"
      case .leftover: "was not finished for more than a day"
      case .unreadable: "cannot be read"
      }
    }

    private static func json(_ finding: PostFinding) -> JSONText {
      .object([
        .init("path", .array(finding.path.map { .string($0) })),
        .init("problem", .word(finding.problem.rawValue)),
      ])
    }
  }
}

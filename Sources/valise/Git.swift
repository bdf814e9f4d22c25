internal import DurableFiles

/// The repository around the working directory, through the git program.
struct Git {
  /// The top of the working tree.
  let root: String

  private static let limit = 1 << 28

  /// The repository here.
  ///
  /// - Throws: ``Failure`` when there is none, or no git.
  static func here() throws -> Git {
    let root = try Git(root: ".").line("rev-parse", "--show-toplevel")
    guard let root else {
      throw Failure(
        .configuration, "the working directory is not in a git repository", hint: "git init")
    }
    return Git(root: root)
  }

  /// What git writes, or nil when it ends with another status than 0.
  func output(_ words: [String]) throws -> [UInt8]? {
    do {
      let outcome = try Subprocess.run(
        ["git", "-C", root] + words, limit: Self.limit, isQuiet: true)
      return outcome.ending == .exited(0) ? outcome.output : nil
    } catch  where error.code == .notFound {
      throw Failure(.noInput, "there is no git program on PATH")
    } catch { throw Failure(reading: error) }
  }

  /// The first line that git writes; nil for none.
  func line(_ words: String...) throws -> String? {
    guard let output = try output(words) else { return nil }
    return output.split(separator: 0x0A).first.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Does what must not fail.
  func run(_ words: String...) throws {
    guard try output(words) == nil else { return }
    throw Failure(.inputOutput, "git \(words.joined(separator: " ")) failed")
  }

  /// The path of something that git keeps, wherever that is for this repository.
  func path(_ name: String) throws -> String {
    guard let path = try line("rev-parse", "--git-path", name) else {
      throw Failure(.inputOutput, "git rev-parse --git-path \(name) failed")
    }
    return path.hasPrefix("/") ? path : "\(root)/\(path)"
  }
}

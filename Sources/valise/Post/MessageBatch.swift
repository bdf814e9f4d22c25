internal import DurableFiles
internal import JOSE
internal import Post

/// Many messages in a file, a line of JSON each: `{"to":["bob"],"subject":"…","body":"…"}`.
struct MessageBatch {
  private let access: MailboxAccess
  private let people: People
  private let quiet: Bool
  /// Those whom a name means, looked up once.
  private var known: [String: [Correspondent]] = [:]

  private static let byteLimit = 1 << 30
  private static let members: Set<String> = ["to", "bcc", "subject", "body"]

  init(_ access: MailboxAccess, quiet: Bool) {
    self.access = access
    self.quiet = quiet
    people = People(access.book, isQuiet: quiet)
  }

  /// The messages of the file at `path`, in order.
  mutating func drafts(of path: String, _ letter: LetterOptions) throws -> [Draft] {
    let bytes: [UInt8]
    do { bytes = try Input.open(path).readAll(limit: Self.byteLimit) } catch let error as FileError
    {
      throw Failure(reading: error)
    }
    var drafts: [Draft] = []
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      .enumerated()
    where !line.isEmpty {
      // Whatever is wrong with one, its line is what has to be put right.
      do { drafts.append(try draft(Array(line), letter)) } catch {
        throw Report.failure(error).naming("\(path) line \(number + 1)")
      }
    }
    return drafts
  }

  private mutating func draft(_ line: [UInt8], _ letter: LetterOptions) throws -> Draft {
    let root = try JSONDocument(parsing: line).root
    for name in root.members.compactMap(\.name.string) where !Self.members.contains(name) {
      throw JOSEError(.malformed, "\(name) is not known; there are to, bcc, subject and body")
    }
    guard root.isObject, let body = root["body"]?.string else {
      throw JOSEError(.malformed, "body is missing, or is no text")
    }
    var draft = try letter.draft(
      body, subject: try text(root["subject"], "subject"),
      to: try readers(root["to"], "to"), access, quiet: quiet)
    draft.addressees.blind += try readers(root["bcc"], "bcc")
    return draft
  }

  private func text(_ value: JSONValue?, _ name: String) throws -> String {
    guard let value else { return "" }
    guard let text = value.string else { throw JOSEError(.malformed, "\(name) is no text") }
    return text
  }

  private mutating func readers(_ value: JSONValue?, _ member: String) throws -> [Correspondent] {
    guard let value else { return [] }
    let names = value.elements.compactMap(\.string)
    guard value.isArray, names.count == value.elements.count else {
      throw JOSEError(.malformed, "\(member) is no array of names")
    }
    return try names.flatMap { name in
      if let known = known[name] { return known }
      let meant = try LetterOptions.correspondents([name], people)
      known[name] = meant
      return meant
    }
  }
}

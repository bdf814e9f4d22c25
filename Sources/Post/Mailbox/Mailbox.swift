internal import DurableFiles
internal import GRDB

/// What one device keeps of its posts: what came, what goes out, and what was seen before.
///
/// Envelopes rest as they were received: what they say needs a key to read. A mailbox may be read
/// and written to while another process synchronizes it.
///
/// ```swift
/// let mailbox = try Mailbox(path: "…/mailbox")
/// try mailbox.join(post, at: "/media/stick/post")
/// try mailbox.send([Draft(body: "hello", to: Addressees([bob]))], from: keys, in: post, now: now)
/// let report = try Courier(mailbox, post, over: transport, keys: keys, knowing: contacts).sync(now: now)
/// ```
public final class Mailbox: Sendable {
  let writer: any DatabaseWriter
  /// Where encrypted parts of attachments lie.
  let parts: PartStore
  private let lockPath: String?

  static let databaseName = "mailbox.sqlite"

  /// Whether there is a mailbox in the directory at `path`.
  public static func exists(in path: String) -> Bool {
    Directory(path: path).contains(databaseName)
  }

  /// Opens the mailbox in the directory at `path`, which is made when it is missing.
  ///
  /// - Throws: ``PostError`` `unsupported` when a newer Valise made it, `damaged`, `inputOutput`.
  public convenience init(path: String) throws(PostError) {
    let directory = Directory(path: path)
    do throws(FileError) {
      try directory.create()
      // SQLite would make it readable for others, and gives its other files the same permissions.
      try directory.write(Self.databaseName, [], isDurable: false)
    } catch {
      guard error.code == .exists else { throw PostError(error) }
    }
    let pool = try floor { () throws in
      var configuration = Configuration()
      configuration.busyMode = .timeout(10)
      let pool = try DatabasePool(
        path: directory.file(Self.databaseName), configuration: configuration)
      // GRDB sets NORMAL with WAL, under which a power cut undoes commits: a message whose marker is
      // gone would be lost.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      return pool
    }
    try self.init(
      pool, parts: directory.appending("parts"), lockPath: directory.file("sync.lock"))
  }

  init(_ writer: any DatabaseWriter, parts: Directory, lockPath: String?) throws(PostError) {
    self.writer = writer
    self.parts = PartStore(directory: parts)
    self.lockPath = lockPath
    try floor { () throws in
      let migrator = Self.migrator
      guard try !writer.read(migrator.hasBeenSuperseded) else {
        throw PostError(.unsupported, "a newer version of valise made the mailbox")
      }
      try migrator.migrate(writer)
    }
  }

  /// Runs `body` while no other process does so; the lock dies with its holder.
  ///
  /// - Throws: ``PostError`` `busy` when another process is at it, and what `body` throws.
  func synchronizing<Result>(
    _ body: () throws(PostError) -> Result
  ) throws(PostError) -> Result {
    var lock: FileLock?
    if let lockPath {
      do { lock = try FileLock(path: lockPath, patience: .zero) } catch { throw PostError(error) }
    }
    return try withExtendedLifetime(lock) { () throws(PostError) in try body() }
  }

  /// One transaction: all of `body`, or nothing.
  func write<Result>(_ body: (Database) throws -> Result) throws(PostError) -> Result {
    do { return try writer.write(body) } catch { throw PostError(error) }
  }

  func read<Result>(_ body: (Database) throws -> Result) throws(PostError) -> Result {
    do { return try writer.read(body) } catch { throw PostError(error) }
  }
}

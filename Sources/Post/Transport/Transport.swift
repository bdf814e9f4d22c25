public import JOSE

/// What a post needs of whatever carries it.
///
/// A transport promises little: what was put may be seen late, in part, twice or not at all, and
/// strangers put things too. It must not follow links, nor hand out anything but files.
public protocol Transport: Sendable {
  /// Tells `visit` the names of the files in a folder, in no order, until it returns false.
  ///
  /// A folder that is not there has no files. A folder may have millions of them.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  func list(_ folder: TransportPath, _ visit: (_ name: String) -> Bool) throws(PostError)

  /// A file's bytes, to be read anywhere; nil when there is none.
  ///
  /// - Throws: ``PostError`` `limitExceeded` when it is larger than `limit`, which is found out
  ///   without reading it; `malformed` when it is no file; `notPermitted`, `inputOutput`.
  func get(_ path: TransportPath, limit: Int) throws(PostError) -> (any RandomAccessBytes)?

  /// Makes a file, unless there is one of that name.
  ///
  /// - Returns: false when something had the name, and was left as it was.
  /// - Throws: ``PostError`` `noSpace`, `obstructed` when something else is in a folder's place,
  ///   `notPermitted`, `inputOutput`.
  func putIfAbsent(
    _ path: TransportPath, _ content: any RandomAccessBytes
  ) throws(PostError) -> Bool

  /// Removes a file, if there is one; a folder in its place stays.
  ///
  /// - Throws: ``PostError`` `notPermitted`, `inputOutput`.
  func delete(_ path: TransportPath) throws(PostError)

  /// Makes durable what was put and deleted so far.
  ///
  /// - Throws: ``PostError`` `noSpace`, `inputOutput`.
  func synchronize() throws(PostError)

  /// The room left in bytes; nil where that is not known.
  ///
  /// - Throws: ``PostError`` `inputOutput`.
  func freeByteCount() throws(PostError) -> UInt64?

  /// Takes away what this device's killed writers left, folders of past days that are empty, and
  /// messages of days that nobody waits for any more, whoever sent them.
  ///
  /// Does nothing unless the transport has something of the kind.
  ///
  /// - Parameters:
  ///   - now: the time in seconds since 1970.
  ///   - oldest: messages of days before this time have expired; nil when that cannot be told.
  /// - Throws: ``PostError`` `inputOutput`.
  func sweep(now: Int, before oldest: Int?) throws(PostError)
}

extension Transport {
  /// Does nothing.
  public func sweep(now: Int, before oldest: Int?) throws(PostError) {}

  /// All bytes of a file, likewise; nil when there is none.
  func bytes(at path: TransportPath, limit: Int) throws(PostError) -> [UInt8]? {
    guard let content = try get(path, limit: limit) else { return nil }
    return try floor { () throws(JOSEError) in try content.readAll() }
  }

  /// Makes a file of `bytes`, likewise.
  func putIfAbsent(_ path: TransportPath, _ bytes: [UInt8]) throws(PostError) -> Bool {
    try putIfAbsent(path, BytesInMemory(bytes))
  }
}

/// The way to a file or a folder in a post, which cannot lead out of it.
public struct TransportPath: Sendable, Hashable {
  /// The names from the post down, none of which is empty, `.`, `..`, or has a slash in it.
  public let names: [String]

  /// Takes the names from the post down.
  ///
  /// - Returns: nil when one of them is none that a file could have.
  public init?(_ names: [String]) {
    guard names.allSatisfy(Self.isName) else { return nil }
    self.names = names
  }

  init(trusted names: String...) { self.names = names }

  /// Names are whatever others made of them: a slash would lead elsewhere, a zero would end the
  /// name early.
  private static func isName(_ name: String) -> Bool {
    let bytes = name.utf8
    return (1...255).contains(bytes.count) && !name.isExactly(".") && !name.isExactly("..")
      && !bytes.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  /// The file called `name` in this folder; nil when no file could have that name.
  func appending(_ name: String) -> TransportPath? { TransportPath(names + [name]) }
}

extension TransportPath: CustomStringConvertible {
  /// The names with slashes between.
  public var description: String { names.joined(separator: "/") }
}

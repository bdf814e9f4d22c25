internal import JOSE

/// What a post says about itself: `post.json`, written once.
///
/// ```json
/// {"version":1,"id":"mJ0…","limits":{"message":1048576,"days":90}}
/// ```
public struct PostDescriptor: Hashable, Sendable {
  /// Which post it is.
  public let identifier: PostIdentifier
  /// What messages of it must keep to.
  public let limits: PostLimits

  static let version = 1
  private static let maximumByteCount = 1 << 12

  /// Makes a post, unless there is one.
  ///
  /// - Throws: ``PostError`` `exists`, `limitExceeded` for limits out of range, `noSpace`,
  ///   `inputOutput`.
  public static func initialize(
    on transport: some Transport, limits: PostLimits = PostLimits()
  ) throws(PostError) -> PostDescriptor {
    guard limits.areInRange else {
      throw PostError(.limitExceeded, "the post's limits are out of range")
    }
    let descriptor = PostDescriptor(identifier: try .generate(), limits: limits)
    guard try transport.putIfAbsent(.descriptor, descriptor.json.compact + [0x0A]) else {
      throw PostError(.exists, "there is a post already")
    }
    try transport.synchronize()
    return descriptor
  }

  /// Reads a post's description.
  ///
  /// - Throws: ``PostError`` `noPost` when there is none, `malformed`, `unsupported` for another
  ///   version, `inputOutput`.
  public static func read(from transport: some Transport) throws(PostError) -> PostDescriptor {
    guard let text = try transport.bytes(at: .descriptor, limit: maximumByteCount) else {
      throw PostError(.noPost, "post.json is missing")
    }
    let root: JSONValue
    do { root = try JSONDocument(parsing: text).root } catch {
      throw PostError(.malformed, "post.json: \(error.reason)", underlying: error)
    }
    return try PostDescriptor(root)
  }

  /// Sees to it that this very post is at hand.
  ///
  /// An unmounted disk shows an empty folder, which must not be read as 'all was deleted'.
  ///
  /// - Throws: ``PostError`` `noPost`, `foreignPost` when there is another one, and as
  ///   ``read(from:)``.
  public func requirePresence(on transport: some Transport) throws(PostError) {
    let found = try Self.read(from: transport)
    guard found.identifier == identifier else {
      throw PostError(.foreignPost, "another post is in this one's place")
    }
  }

  init(identifier: PostIdentifier, limits: PostLimits) {
    self.identifier = identifier
    self.limits = limits
  }

  var json: JSONText {
    .object([
      .init("version", .integer(Self.version)),
      .init("id", .string(identifier.text)),
      .init(
        "limits",
        .object([
          .init("message", .integer(limits.messageByteCount)),
          .init("days", .integer(limits.dayCount)),
        ])),
    ])
  }

  /// Strict: what a newer version adds comes with a newer number.
  init(_ root: JSONValue) throws(PostError) {
    guard root.isObject, let version = root["version"]?.integer else {
      throw Self.malformed("version is missing")
    }
    guard version == Self.version else {
      throw PostError(.unsupported, "post.json is of version \(version)")
    }
    try Self.requireNames(["version", "id", "limits"], in: root)
    guard let limits = root["limits"], limits.isObject,
      let messageByteCount = limits["message"]?.integer, let dayCount = limits["days"]?.integer
    else { throw Self.malformed("limits are missing") }
    try Self.requireNames(["message", "days"], in: limits)
    let bytes = try floor { () throws(JOSEError) in try root["id"]?.base64URL("id") }
    guard let bytes, let identifier = PostIdentifier(bytes) else {
      throw Self.malformed("id is not 128 bits in base64url")
    }
    self.identifier = identifier
    self.limits = PostLimits(messageByteCount: messageByteCount, dayCount: dayCount)
    guard self.limits.areInRange else { throw Self.malformed("limits are out of range") }
  }

  private static func requireNames(
    _ names: [String], in object: JSONValue
  ) throws(PostError) {
    guard object.members.allSatisfy({ member in names.contains { member.name.isString($0) } })
    else { throw malformed("it has members that are not known") }
  }

  private static func malformed(_ reason: String) -> PostError {
    PostError(.malformed, "post.json: \(reason)")
  }
}

/// What the messages of a post must keep to.
public struct PostLimits: Hashable, Sendable {
  /// The size of an envelope in bytes, 64 KiB to 1 MiB.
  public var messageByteCount: Int
  /// How long a message may wait, 1 to 90 days.
  public var dayCount: Int

  /// Takes limits; the largest by default.
  public init(messageByteCount: Int = 1 << 20, dayCount: Int = 90) {
    self.messageByteCount = messageByteCount
    self.dayCount = dayCount
  }

  var areInRange: Bool {
    (1 << 16...1 << 20).contains(messageByteCount) && (1...90).contains(dayCount)
  }
}

internal import JOSE

/// Several people under one name.
public struct Group: Sendable {
  /// Somebody in a group.
  public enum Member: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// A contact, or an identity.
    case person(String)
    /// Everybody in another group.
    case group(String)

    /// As people write it: `alice`, `@ops`.
    ///
    /// - Throws: ``ContactsError`` `invalidName`.
    public init(_ text: String) throws(ContactsError) {
      if text.utf8.first == UInt8(ascii: "@") {
        let name = String(text.dropFirst())
        try Name.check(name)
        self = .group(name)
      } else {
        try Name.check(text)
        self = .person(text)
      }
    }

    /// As people write it: `alice`, `@ops`.
    public var description: String {
      switch self {
      case .person(let name): name
      case .group(let name): "@\(name)"
      }
    }

    /// By the bytes of how they are written, so that a file's order never depends on who wrote it.
    public static func < (one: Member, other: Member) -> Bool {
      one.description.utf8.lexicographicallyPrecedes(other.description.utf8)
    }
  }

  /// The name, without the `@`.
  public let name: String
  /// Who is in it, in order.
  public let members: [Member]

  /// - Throws: ``ContactsError`` `invalidName`; `limitExceeded` for more than 10,000 members.
  public init(name: String, members: some Sequence<Member>) throws(ContactsError) {
    try Name.check(name)
    self.name = name
    self.members = Set(members).sorted()
    // One that is written must be one that is read.
    guard self.members.count <= Self.maximumMemberCount else {
      throw ContactsError(
        .limitExceeded, "the group @\(name) would have more than \(Self.maximumMemberCount) members"
      )
    }
  }

  static let maximumMemberCount = 10_000

  init(parsing text: [UInt8], name: String) throws(ContactsError) {
    let damaged = { (reason: String) in
      ContactsError(.damaged, "the group @\(name) is damaged: \(reason)")
    }
    let root: JSONValue
    do { root = try JSONDocument(parsing: text).root } catch { throw damaged(error.reason) }
    guard let list = root["members"], list.isArray else { throw damaged("members is missing") }
    guard list.elements.count <= Self.maximumMemberCount else { throw damaged("it is too large") }
    var members: [Member] = []
    for element in list.elements {
      guard let text = element.string, let member = try? Member(text) else {
        throw damaged("a member is not a name")
      }
      members.append(member)
    }
    try self.init(name: name, members: members)
  }

  /// The group's file, for people and git.
  var json: JSONText {
    .object([
      .init("name", .string(name)),
      .init("members", .array(members.map { .string($0.description) })),
    ])
  }
}

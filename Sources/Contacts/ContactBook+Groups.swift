internal import DurableFiles
internal import JOSE

extension ContactBook {
  /// All groups, sorted by name.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func groups() throws(ContactsError) -> [Group] {
    var groups: [Group] = []
    for name in try files.names(.groups) {
      if let group = try group(name) { groups.append(group) }
    }
    return groups
  }

  /// The group called `name`, without its `@`; nil when there is none.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func group(_ name: String) throws(ContactsError) -> Group? {
    guard let text = try files.read(.groups, name) else { return nil }
    return try Group(parsing: text, name: name)
  }

  /// Puts `members` into a group, which is made when there is none.
  ///
  /// - Parameters:
  ///   - members: whom to add.
  ///   - name: the group, without its `@`.
  ///   - lookUp: where groups are that this book does not have.
  /// - Returns: the group as it is now.
  /// - Throws: ``ContactsError`` `cycle`, naming the way, when the group would contain itself.
  @discardableResult
  public func add(
    _ members: [Group.Member], toGroup name: String,
    lookUp: @escaping (String) throws(ContactsError) -> Group?
  ) throws(ContactsError) -> Group {
    let lock = try files.locked()
    let known = try group(name)?.members ?? []
    let group = try Group(name: name, members: known + members)
    var search = GroupSearch { (other) throws(ContactsError) in
      other.isExactly(name) ? group : try lookUp(other)
    }
    _ = try search.people(in: .group(name))
    try reporting { () throws(FileError) in try files.apply([.write(group)], holding: lock) }
    return group
  }

  /// Takes `members` out of a group.
  ///
  /// - Throws: ``ContactsError`` `unknownName` when the group is none, or one of them is not in it.
  @discardableResult
  public func remove(
    _ members: [Group.Member], fromGroup name: String
  ) throws(ContactsError) -> Group {
    let lock = try files.locked()
    let known = try requiredGroup(name)
    if let stranger = members.first(where: { !known.members.contains($0) }) {
      throw ContactsError(.unknownName, "\(stranger) is not in the group @\(name)")
    }
    let group = try Group(name: name, members: known.members.filter { !members.contains($0) })
    try reporting { () throws(FileError) in try files.apply([.write(group)], holding: lock) }
    return group
  }

  /// Removes a group, and from other groups as well.
  ///
  /// - Throws: ``ContactsError`` `unknownName`.
  public func removeGroup(_ name: String) throws(ContactsError) {
    let lock = try files.locked()
    guard Name.isWellFormed(name), files.directory.contains(Kind.groups.path(name)) else {
      throw ContactsError(.unknownName, "there is no group called @\(name)")
    }
    var changes: [JournaledDirectory.Change] = [.remove(Kind.groups.path(name))]
    // A damaged group can be removed too.
    for other in try files.names(.groups) where !other.isExactly(name) {
      guard let group = try group(other), group.members.contains(.group(name)) else { continue }
      let members = group.members.filter { $0 != .group(name) }
      changes.append(.write(try Group(name: other, members: members)))
    }
    try reporting { () throws(FileError) in try files.apply(changes, holding: lock) }
  }

  private func requiredGroup(_ name: String) throws(ContactsError) -> Group {
    guard let group = try group(name) else {
      throw ContactsError(.unknownName, "there is no group called @\(name)")
    }
    return group
  }
}

/// Who is in a group, through all groups in it.
struct GroupSearch {
  /// Deeper is somebody's attack on the stack, for one look takes a call within a call.
  private static let maximumDepth = 200

  private let group: (String) throws(ContactsError) -> Group?
  private var path: [String] = []
  private var finished: Set<String> = []
  private var found: [String] = []
  private var seen: Set<String> = []

  init(_ group: @escaping (String) throws(ContactsError) -> Group?) { self.group = group }

  /// The names of the people that `member` means, each once, in order.
  ///
  /// - Throws: ``ContactsError`` `cycle`, naming the way; `unknownName`.
  mutating func people(in member: Group.Member) throws(ContactsError) -> [String] {
    try visit(member)
    return found
  }

  private mutating func visit(_ member: Group.Member) throws(ContactsError) {
    let name: String
    switch member {
    case .person(let person):
      if seen.insert(person).inserted { found.append(person) }
      return
    case .group(let group): name = group
    }
    guard !path.contains(name) else {
      let way = (path.drop { $0 != name } + [name]).map { "@\($0)" }
      throw ContactsError(.cycle, "the groups contain themselves: " + way.joined(separator: " > "))
    }
    // A group that two others have is looked at once: otherwise 30 of them in a chain of pairs
    // would be looked at 2^30 times.
    guard finished.insert(name).inserted else { return }
    guard let group = try group(name) else {
      let holder = path.last.map { ", which the group @\($0) names" } ?? ""
      throw ContactsError(.unknownName, "there is no group called @\(name)\(holder)")
    }
    guard path.count < Self.maximumDepth else {
      throw ContactsError(
        .limitExceeded, "the group @\(path[0]) has groups in groups, over \(Self.maximumDepth) deep"
      )
    }
    path.append(name)
    for member in group.members { try visit(member) }
    path.removeLast()
  }
}

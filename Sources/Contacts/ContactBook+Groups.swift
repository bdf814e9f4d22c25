internal import DurableFiles
internal import JOSE

extension ContactBook {
  /// All groups, sorted by name.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func groups() throws(ContactsError) -> [Group] {
    try files.consistently { () throws(ContactsError) in
      var groups: [Group] = []
      for name in try files.names(.groups) {
        if let group = try group(name) { groups.append(group) }
      }
      return groups
    }
  }

  /// The group called `name`, without its `@`; nil when there is none.
  ///
  /// - Throws: ``ContactsError`` `damaged`, `inputOutput`.
  public func group(_ name: String) throws(ContactsError) -> Group? {
    guard let text = try files.read(.groups, name) else { return nil }
    return try naming(files.directory.file(Kind.groups.path(name))) { () throws(ContactsError) in
      try Group(parsing: text, name: name)
    }
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
    try apply([.write(group)], holding: lock)
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
    try apply([.write(group)], holding: lock)
    return group
  }

  /// Removes a group, and from other groups as well.
  ///
  /// - Throws: ``ContactsError`` `unknownName`.
  @discardableResult
  public func removeGroup(_ name: String) throws(ContactsError) -> GroupChanges {
    let lock = try files.locked()
    guard Name.isWellFormed(name), files.directory.contains(Kind.groups.path(name)) else {
      throw ContactsError(.unknownName, "there is no group called @\(name)")
    }
    var changes: [JournaledDirectory.Change] = [.remove(Kind.groups.path(name))]
    let groups = try putting(nil, inPlaceOf: .group(name), &changes, except: name)
    try apply(changes, holding: lock)
    return groups
  }

  /// Adds to `changes` what puts `new` in the place of `old` in all groups, or nobody for nil.
  ///
  /// A group that cannot be read names nobody; it is no reason to keep anybody.
  func putting(
    _ new: Group.Member?, inPlaceOf old: Group.Member,
    _ changes: inout [JournaledDirectory.Change], except left: String? = nil
  ) throws(ContactsError) -> GroupChanges {
    var groups = GroupChanges()
    for name in try files.names(.groups) where name != left {
      let known: Group?
      do { known = try group(name) } catch {
        guard error.code == .damaged else { throw error }
        groups.damaged.append(name)
        continue
      }
      guard let known, known.members.contains(old) else { continue }
      let members = known.members.filter { $0 != old } + (new.map { [$0] } ?? [])
      changes.append(try .write(Group(name: name, members: members)))
      groups.changed.append(name)
    }
    return groups
  }

  private func apply(
    _ changes: [JournaledDirectory.Change], holding lock: FileLock
  ) throws(ContactsError) {
    try reporting { () throws(FileError) in try files.apply(changes, holding: lock) }
  }

  private func requiredGroup(_ name: String) throws(ContactsError) -> Group {
    guard let group = try group(name) else {
      throw ContactsError(.unknownName, "there is no group called @\(name)")
    }
    return group
  }
}

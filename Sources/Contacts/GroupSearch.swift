/// Who is in a group, through all groups in it.
struct GroupSearch {
  /// Deeper is somebody's attack on the stack, for one look takes a call within a call.
  private static let maximumDepth = 200

  private let group: (String) throws(ContactsError) -> Group?
  private let isLenient: Bool
  private var path: [String] = []
  /// All groups that were looked at.
  private(set) var finished: Set<String> = []
  /// Why somebody may be missing, where the search passed over what stood in its way.
  private(set) var gaps: [ContactsError] = []
  private var found: [String] = []
  private var seen: Set<String> = []

  /// - Parameters:
  ///   - isLenient: whether groups are passed over that contain themselves, are damaged or not there.
  ///   - group: the group of a name.
  init(
    isLenient: Bool = false, _ group: @escaping (String) throws(ContactsError) -> Group?
  ) {
    self.isLenient = isLenient
    self.group = group
  }

  /// The names of the people that `member` means, each once, in order.
  ///
  /// - Throws: ``ContactsError`` `cycle`, naming the way; `unknownName`.
  mutating func people(in member: Group.Member) throws(ContactsError) -> [String] {
    try visitOrPassOver(member)
    return found
  }

  private mutating func visitOrPassOver(_ member: Group.Member) throws(ContactsError) {
    do { try visit(member) } catch {
      guard isLenient else { throw error }
      gaps.append(error)
    }
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
    for member in group.members { try visitOrPassOver(member) }
    path.removeLast()
  }
}

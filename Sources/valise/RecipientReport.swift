internal import Contacts
internal import JOSE

/// What is said of a change of readers.
struct RecipientReport {
  let plans: [RecipientPlan]
  let book: AddressBook
  /// Whether files are signed by whoever changes them.
  let signs: Bool
  /// What came of it; nil when it is only planned.
  let outcome: RecipientChange.Outcome?

  /// A line for each file.
  func lines() throws -> [String] {
    try plans.map { "\(Text.shown($0.path)): \(try words($0))" }
  }

  /// The same as data.
  func json() throws -> JSONText {
    .array(
      try plans.map { plan in
        var members: [JSONText.Member] = [
          .init("file", .string(plan.path)), .init("action", .string(plan.action.rawValue)),
          .init("done", .bool(outcome?.done.contains(plan.path) ?? false)),
          .init("knew", .array(plan.leaving.map { .string($0) })),
        ]
        guard plan.action == .reencrypt else { return .object(members) }
        let author = try outcome?.authors[plan.path].map { try sender(plan).json($0) }
        members.append(.init("signed_by", author ?? .null))
        members.append(.init("signs", .bool(signs)))
        return .object(members)
      })
  }

  /// What those who leave could read until now, a line for each of them.
  static func known(_ plans: [RecipientPlan]) -> [String] {
    Set(plans.flatMap(\.leaving)).sorted().map { name in
      let files = plans.filter { $0.leaving.contains(name) }.map { Text.shown($0.path) }
      return "\(name) could read until now, and may have kept: \(files.joined(separator: ", "))"
    }
  }

  private func words(_ plan: RecipientPlan) throws -> String {
    switch plan.action {
    case .unchanged: return "stays as it is"
    case .extend:
      return
        "\(outcome == nil ? "would get" : "has got") readers, its content as it stands"
    case .reencrypt:
      guard let author = outcome?.authors[plan.path] else {
        return "would be encrypted anew\(intention(plan))"
      }
      return "was encrypted anew\(try change(plan, author))"
    }
  }

  private func intention(_ plan: RecipientPlan) -> String {
    switch (plan.wasSigned, signs) {
    case (true, true): ", and your signature take the place of the one that it has"
    case (true, false): ", and lose its signature"
    case (false, true): " and signed by you"
    case (false, false): ""
    }
  }

  private func change(_ plan: RecipientPlan, _ author: JWE.Authorship) throws -> String {
    guard plan.wasSigned || signs else { return "" }
    let before = plan.wasSigned ? try sender(plan).words(author) : "unsigned"
    return "; was \(before), is signed by \(signs ? "you" : "nobody") now"
  }

  private func sender(_ plan: RecipientPlan) throws -> SenderCheck {
    try SenderCheck(book, file: plan.path, from: nil, isRequired: false)
  }
}

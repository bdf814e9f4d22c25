extension JSONValue {
  /// Whether both say the same: members in any order, numbers as they were written, strings byte by
  /// byte.
  package func isSame(as other: JSONValue) -> Bool {
    if isObject {
      let members = members
      return other.isObject && members.count == other.members.count
        && members.allSatisfy { name, value in
          name.string.flatMap { other[$0] }.map(value.isSame) ?? false
        }
    }
    if isArray {
      let elements = elements
      let others = other.elements
      return other.isArray && elements.count == others.count
        && zip(elements, others).allSatisfy { $0.isSame(as: $1) }
    }
    if let utf8 { return other.utf8 == utf8 }
    return !other.isObject && !other.isArray && !other.isString && source == other.source
  }

  /// The value, to be written again: the same but for spaces and how strings are escaped.
  package var rewritten: JSONText {
    if isObject {
      .object(members.map { JSONText.Member($0.name.string ?? "", $0.value.rewritten) })
    } else if isArray {
      .array(elements.map(\.rewritten))
    } else if let string {
      .string(string)
    } else {
      .verbatim(source)
    }
  }
}

internal import Contacts

extension AddressBook {
  /// The names of those for whom `file` is sealed anew: whose its keys are, each of them.
  ///
  /// A name that only somebody's word gives to a key is none to seal for: whoever writes a reader's key
  /// id on a key of their own would take the reader's place.
  ///
  /// - Parameters:
  ///   - keyIDs: the keys that `file` is sealed for.
  ///   - file: the file.
  ///   - hint: what to do about a key of this id that is nobody's.
  /// - Returns: a name for each of the keys.
  /// - Throws: ``Failure`` when one is nobody's.
  func readers(
    _ keyIDs: [String], of file: String, hint: (String) -> String
  ) throws -> [String: String] {
    let owners = try owners(of: keyIDs)
    guard let stranger = keyIDs.first(where: { owners[$0] == nil }) else { return owners }
    let word = try names(for: [stranger])[stranger].map {
      ", which is only said to be of \(Text.shown($0)),"
    }
    throw Failure(
      .unknownName,
      "\(Text.shown(file)): is sealed for the unknown key \(Text.short(stranger))\(word ?? "") too, "
        + "and cannot be sealed for it anew", hint: hint(Text.shown(stranger)))
  }
}

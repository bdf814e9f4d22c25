internal import JOSE

/// Who can open a merge: whom either side added, without whom either removed.
public struct MergedReaders: Sendable {
  /// Their `kid`; nil where a hidden reader makes that impossible to tell.
  public let keyIDs: [String]?

  /// Of three versions, without `base` where both sides added the file.
  ///
  /// - Throws: ``SecretsError`` `notSealed`; `malformed` when a wrapped key is damaged.
  public init(base: SecretFile?, ours: SecretFile, theirs: SecretFile) throws(SecretsError) {
    var known: [[String]] = []
    for file in [base, ours, theirs] {
      let present = try file?.recipients().map(\.keyID) ?? []
      let named = present.compactMap { $0 }
      guard named.count == present.count else {
        keyIDs = nil
        return
      }
      known.append(named)
    }
    let (old, left, right) = (Self.names(known[0]), Self.names(known[1]), Self.names(known[2]))
    let removed = old.subtracting(left).union(old.subtracting(right))
    var seen = removed
    keyIDs = (known[1] + known[2]).filter { seen.insert(Array($0.utf8)).inserted }
  }

  /// Whether just they can open `file`.
  public func areThose(of file: SecretFile) -> Bool {
    guard let keyIDs else { return false }
    // What cannot be read is nobody's.
    do {
      let present = try file.recipients().map { $0.keyID ?? "" }
      return Self.names(present) == Self.names(keyIDs)
    } catch { return false }
  }

  /// Names are compared by their bytes.
  private static func names(_ keyIDs: [String]) -> Set<[UInt8]> {
    Set(keyIDs.map { Array($0.utf8) })
  }
}

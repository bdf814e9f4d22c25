internal import Contacts
internal import JOSE
internal import Secrets

/// What becomes of one file of secrets when it is rekeyed, found out before anything is changed.
struct RekeyPlan {
  let source: SecretsAccess.Source
  let rule: Rules.Rule?
  let recipients: [JWE.Recipient]
  /// The names of those who join and leave.
  let joining, leaving: [String]
  /// What the rule wants sealed by now, and in clear.
  let sealing, unsealing: [SecretPath]
  /// Whether the signature that the rule wants is missing, and is made.
  let signs: Bool
  let isChange: Bool

  /// What those who leave know; a key that its own owner replaced tells nobody anything new.
  var exposed: [SecretPath] {
    leaving.contains { !joining.contains($0) } ? source.file.sealedPaths : []
  }
}

/// Makes plans for files of secrets, by the rules or by what the command line says.
struct RekeyPlanner {
  let access: SecretsAccess
  let signing: SigningOptions
  /// Who joins files without a rule.
  let joining: [String]
  /// Who leaves them: whose each of their keys is.
  let leaving: [String: String]
  let isRotating: Bool
  let isQuiet: Bool

  /// nil for a file in a rule's folder that holds nothing sealed and is of no known format.
  ///
  /// - Throws: ``Failure`` when it cannot be done for this file.
  func plan(_ file: SecretsTree.File) throws -> RekeyPlan? {
    guard let source = try source(file) else { return nil }
    guard source.file.isSealed else {
      throw Failure(
        .badData, "\(Text.shown(file.path)): is not sealed",
        hint: "valise secrets encrypt -i seals it")
    }
    let present: [String?]
    do { present = try source.file.recipients().map(\.keyID) } catch {
      throw Failure(error, naming: file.path)
    }
    let known = present.compactMap { $0 }
    let wanted = try recipients(file, known)
    let keyIDs = wanted.compactMap(\.keyID)
    let names = try access.own.book.names(for: keyIDs + known)
    let selection = file.rule?.selection ?? source.file.selection ?? .all
    guard source.file.paths.contains(where: selection.contains) else {
      throw Failure(
        .badData, "\(Text.shown(file.path)): the rule selects nothing in it",
        hint: "only and except in .valise/rules.toml say what is secret")
    }
    let signs = try SecretsSigning(access, file.rule, signing).isDue(for: source.file, file.path)
    return RekeyPlan(
      source: source, rule: file.rule, recipients: wanted,
      joining: keyIDs.filter { !known.contains($0) }.map { names[$0] ?? Text.short($0) },
      leaving: known.filter { !keyIDs.contains($0) }.map { names[$0] ?? Text.short($0) },
      sealing: source.file.clearPaths.filter { selection.contains($0) },
      unsealing: source.file.sealedPaths.filter { !selection.contains($0) }, signs: signs,
      isChange: isRotating || signs || present.contains(nil) || selection != source.file.selection
        || Set(known) != Set(keyIDs))
  }

  private func source(_ file: SecretsTree.File) throws -> SecretsAccess.Source? {
    do { return try access.readToChange(file.path) } catch let error as Failure
      where error.status == .usage && !file.isNamed
    {
      Console.warning("\(error.message), though a rule is for it")
      return nil
    }
  }

  /// Those whom the rule names; without a rule, those who can open it, by the keys that they have now,
  /// with those who join and without those who leave.
  private func recipients(
    _ file: SecretsTree.File, _ known: [String]
  ) throws -> [JWE.Recipient] {
    let book = access.own.book
    if let rule = file.rule {
      guard joining.isEmpty, leaving.isEmpty else {
        throw Failure(
          .usage,
          "\(Text.shown(file.path)): the rule in line \(rule.lineNumber) says who can open it",
          hint: "change the rule, or the group that it names; valise secrets rekey follows it")
      }
      return try access.rules.recipients(rule, quiet: isQuiet)
    }
    let owners = try book.readers(known.filter { leaving[$0] == nil }, of: file.path) { _ in
      "valise contact add NAME FILE makes its owner known; a rule in the project says who reads it"
    }
    let staying = known.compactMap { owners[$0] }
    guard !staying.isEmpty || !joining.isEmpty else {
      throw Failure(.badData, "\(Text.shown(file.path)): nobody would be left who could open it")
    }
    let readers = try RecipientResolver.resolve(
      staying + joining, files: [], in: book, quiet: isQuiet)
    return readers.filter { $0.keyID.map { leaving[$0] == nil } ?? true }
  }
}

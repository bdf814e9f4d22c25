internal import Contacts
internal import DurableFiles
internal import JOSE
internal import Secrets

/// Signatures on files of secrets, as the rules and the command line want them.
struct SecretsSigning {
  private let access: SecretsAccess
  private let rule: Rules.Rule?
  private let options: SigningOptions

  init(_ access: SecretsAccess, _ rule: Rules.Rule?, _ options: SigningOptions) {
    self.access = access
    self.rule = rule
    self.options = options
  }

  /// The file signed, if somebody is to.
  func signed(
    _ bytes: [UInt8], _ source: SecretsAccess.Source, always: Bool = false
  ) throws -> [UInt8] {
    try signed(bytes, before: source.file, name: source.path, always: always)
  }

  /// What takes the place of a file, signed if somebody is to; a signature that is lost is told of.
  ///
  /// What stays as it is stays unsigned, unless `always`.
  func signed(
    _ bytes: [UInt8], before: SecretFile, name: String, always: Bool = false
  ) throws -> [UInt8] {
    guard bytes != before.bytes || always else { return bytes }
    let key = try signer().map { try access.own.unlock($0).signingKey }
    do throws(SecretsError) {
      let file = try SecretFile(bytes, format: before.format)
      guard let key else {
        if Self.isSigned(before), !Self.isSigned(file) {
          Console.warning(
            "\(Text.shown(name)): is not signed any more, for its values or readers changed")
        }
        return bytes
      }
      if bytes == before.bytes, try Self.isSigned(file, by: key.publicKey) { return bytes }
      return try file.signed(by: key, at: Platform.now())
    } catch { throw Failure(error, naming: name) }
  }

  /// Whether the signature that the rule wants is missing, and could be made here.
  func isDue(for file: SecretFile, _ name: String) throws -> Bool {
    guard let wanted = rule?.signer else { return false }
    do {
      guard try Self.missing(in: file, rule, access.rules) != nil else { return false }
    } catch is SecretsError {
      // A signature that does not hold is none.
    }
    if options.areGiven { return true }
    guard try access.own.book.keyring.identity(wanted) == nil else { return true }
    Console.warning(
      "\(Text.shown(name)): the rule wants a signature of \(Text.shown(wanted)), which only they "
        + "can make")
    return false
  }

  /// Whether a signature is there, whoever made it.
  static func isSigned(_ file: SecretFile) -> Bool {
    guard file.isSealed else { return false }
    return (try? file.signature { _ in nil }) != .unsigned
  }

  /// Whom the command line names; else whom the rule wants, where that is oneself.
  private func signer() throws -> Identity? {
    let keyring = access.own.book.keyring
    if options.areGiven { return try Environment.identity(options.identity, in: keyring) }
    guard let name = rule?.signer else { return nil }
    guard let identity = try keyring.identity(name) else {
      Console.warning(
        "the rule in line \(rule?.lineNumber ?? 0) wants a signature of \(Text.shown(name)), "
          + "which only they can make")
      return nil
    }
    return identity
  }

  /// - Throws: ``Failure`` when a rule wants a signature that the file does not have.
  static func check(_ source: SecretsAccess.Source, _ rules: ProjectRules) throws {
    try check(source.file, source.path, rules)
  }

  /// Likewise for a file that was read without more.
  static func check(_ file: SecretFile, _ path: String, _ rules: ProjectRules) throws {
    guard path != "-", let rule = try rules.rule(for: path), let name = rule.signer else { return }
    let state: SecretFile.SignatureState?
    do { state = try missing(in: file, rule, rules) } catch let error as SecretsError {
      throw Failure(error, naming: path)
    }
    guard let state else { return }
    let isOwn = try rules.book.keyring.identity(name) != nil
    throw Failure(
      .refused,
      "\(Text.shown(path)): the rules want a signature of \(Text.shown(name)), and it "
        + "has \(state == .unsigned ? "none" : "another's")",
      hint: isOwn
        ? "if it is as you left it, valise secrets rekey signs it"
        : "ask \(Text.shown(name)) to look at it: valise secrets rekey signs it")
  }

  /// What is there in the place of the signature that a rule wants; nil where it is there, or none is
  /// wanted.
  private static func missing(
    in file: SecretFile, _ rule: Rules.Rule?, _ rules: ProjectRules
  ) throws -> SecretFile.SignatureState? {
    guard let rule, let key = try rules.expectation(rule).signer else { return nil }
    let state = try signature(of: file, by: key)
    guard case .signed = state else { return state }
    return nil
  }

  private static func signature(
    of file: SecretFile, by key: PublicJWK
  ) throws(SecretsError) -> SecretFile.SignatureState {
    try file.signature { uri in (try? key.thumbprintURI())?.isExactly(uri) == true ? key : nil }
  }

  private static func isSigned(_ file: SecretFile, by key: PublicJWK) throws(SecretsError) -> Bool {
    guard case .signed = try signature(of: file, by: key) else { return false }
    return true
  }
}

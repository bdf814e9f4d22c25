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
  func signed(_ bytes: [UInt8], _ source: SecretsAccess.Source) throws -> [UInt8] {
    try signed(bytes, before: source.file, name: source.path)
  }

  /// What takes the place of a file, signed if somebody is to; a signature that is lost is told of.
  func signed(_ bytes: [UInt8], before: SecretFile, name: String) throws -> [UInt8] {
    guard bytes != before.bytes else { return bytes }
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
      return try file.signed(by: key, at: Platform.now())
    } catch { throw Failure(error, naming: name) }
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
    guard path != "-", let rule = try rules.rule(for: path),
      let name = rule.signer, let key = try rules.expectation(rule).signer
    else { return }
    let state: SecretFile.SignatureState
    do throws(SecretsError) {
      state = try file.signature { uri in
        (try? key.thumbprintURI())?.isExactly(uri) == true ? key : nil
      }
    } catch { throw Failure(error, naming: path) }
    guard case .signed = state else {
      throw Failure(
        .refused,
        "\(Text.shown(path)): the rules want a signature of \(Text.shown(name)), and it "
          + "has \(state == .unsigned ? "none" : "another's")")
    }
  }
}

public import JOSE

/// Something in a file that is not as its rule wants it, found without a key.
public struct Finding: Sendable, Hashable {
  /// The kinds of findings.
  public enum Kind: String, Sendable, Hashable {
    /// The file, or its block, cannot be read.
    case malformed
    /// The file has no block.
    case notSealed = "not_sealed"
    /// A value stands in clear.
    case clearValue = "clear_value"
    /// What the rule selects is not in the file.
    case nothingSelected = "nothing_selected"
    /// The block says something else about what is secret than the rule.
    case otherSelection = "other_selection"
    /// Somebody can open the file who should not.
    case unexpectedRecipient = "unexpected_recipient"
    /// Somebody cannot open the file who should.
    case missingRecipient = "missing_recipient"
    /// The file is not signed by who should sign it.
    case missingSignature = "missing_signature"
  }

  /// What a rule wants of a file.
  public struct Expectation: Sendable {
    /// What should be sealed; what the block says should be is looked for too.
    public var selection: Selection
    /// The `kid` of each reader that the file should have; nil for whatever it has.
    public var recipients: [String]?
    /// Whose signature it should have; nil for any or none.
    public var signer: PublicJWK?

    /// Wants these.
    public init(
      selection: Selection = .all, recipients: [String]? = nil, signer: PublicJWK? = nil
    ) {
      self.selection = selection
      self.recipients = recipients
      self.signer = signer
    }
  }

  /// The kind.
  public let kind: Kind
  /// Which value it is about, where it is about one.
  public let path: SecretPath?
  /// Lowercase, without a full stop.
  public let reason: String

  init(_ kind: Kind, _ reason: String, path: SecretPath? = nil) {
    self.kind = kind
    self.reason = reason
    self.path = path
  }

  /// What is wrong with a file.
  ///
  /// That its values and its digest belong together cannot be told without a key; ``SecretFile``
  /// `opened(with:)` does.
  ///
  /// - Returns: nothing when all is well.
  public static func all(
    in bytes: [UInt8], format: FileFormat, expecting expectation: Expectation
  ) -> [Finding] {
    do { return all(in: try SecretFile(bytes, format: format), expecting: expectation) } catch {
      return [Finding(.malformed, error.reason, path: error.path)]
    }
  }

  /// What is wrong with a file that could be read.
  ///
  /// - Returns: nothing when all is well.
  public static func all(in file: SecretFile, expecting expectation: Expectation) -> [Finding] {
    var findings = clearValues(in: file, expectation.selection)
    if !file.paths.contains(where: { expectation.selection.contains($0) }) {
      findings.append(Finding(.nothingSelected, "nothing in the file is selected to be sealed"))
    }
    guard let block = file.block else {
      findings.append(Finding(.notSealed, "the file has no valise block"))
      return findings
    }
    if CompactSeal(block.digest) == nil {
      findings.append(Finding(.malformed, "the block's digest is not a compact JWE"))
    }
    if block.selection != expectation.selection {
      findings.append(
        Finding(.otherSelection, "the block says something else about what is secret than the rule")
      )
    }
    return findings + recipientFindings(file, expectation.recipients)
      + signatureFindings(file, expectation.signer)
  }

  private static func signatureFindings(_ file: SecretFile, _ signer: PublicJWK?) -> [Finding] {
    do {
      let state = try file.signature { _ in signer }
      guard let signer, state == .unsigned else { return [] }
      return [Finding(.missingSignature, "the file is not signed by \(try name(signer))")]
    } catch {
      return [Finding(.missingSignature, error.reason)]
    }
  }

  private static func name(_ signer: PublicJWK) throws(SecretsError) -> String {
    try jose(.internalFailure) { () throws(JOSEError) in
      "the key \(try signer.thumbprintText())"
    }
  }

  private static func clearValues(in file: SecretFile, _ selection: Selection) -> [Finding] {
    file.clearPaths
      .filter { selection.contains($0) || file.selection?.contains($0) == true }
      .map { Finding(.clearValue, "the value at '\($0)' stands in clear", path: $0) }
  }

  private static func recipientFindings(
    _ file: SecretFile, _ recipients: [String]?
  ) -> [Finding] {
    let present: [JWE.RecipientDescription]
    do {
      present = try file.recipients()
      try file.checkWrappedKey()
    } catch {
      return [Finding(.malformed, error.reason)]
    }
    guard let recipients else { return [] }
    let wanted = Set(recipients.map { Array($0.utf8) })
    let names = present.map { $0.keyID ?? "" }
    let found = Set(names.map { Array($0.utf8) })
    let unexpected = names.filter { !wanted.contains(Array($0.utf8)) }.map { name in
      let who = name.isEmpty ? "a hidden recipient" : "the key \(name)"
      return Finding(.unexpectedRecipient, "\(who) can open the file and should not")
    }
    let missing = recipients.filter { !found.contains(Array($0.utf8)) }.map { name in
      Finding(.missingRecipient, "the key \(name) cannot open the file and should")
    }
    return unexpected + missing
  }
}

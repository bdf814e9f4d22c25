internal import DurableFiles
internal import JOSE

/// A sealed file and who can open it.
struct ListedFile {
  let path: String
  let recipients: [JWE.RecipientDescription]
  /// nil for a file in which only values are sealed.
  let envelope: JWE.Envelope?
  private let form: String
  private let isSigned: Bool

  /// A file that was named; `-` is standard input.
  init(_ path: String) throws {
    do {
      let envelope =
        path == "-"
        ? try Decrypt.envelope(
          Input.open(path), policy: JWE.DecryptionPolicy(), for: .description, quiet: true)
        : try SealedFile(path: path).envelope
      self.init(path, envelope)
    } catch let failure as Failure {
      guard failure.status == .badData, path != "-",
        let input = try? InputFile(regularFile: path), let values = SealedValues(input)
      else { throw failure }
      self.init(path, values)
    }
  }

  /// A file of secrets that was found.
  init(_ file: SealedTree.File) throws { try self.init(file.path) }

  private init(_ path: String, _ envelope: JWE.Envelope) {
    self.path = path
    self.envelope = envelope
    recipients = envelope.recipients
    form = envelope.form
    isSigned = envelope.isSigned
  }

  private init(_ path: String, _ values: SealedValues) {
    self.path = path
    envelope = nil
    recipients = values.recipients
    form = values.form
    isSigned = SecretsSigning.isSigned(values.file)
  }

  /// The same as data.
  func json(_ owners: [String: String]) -> JSONText {
    let signature =
      envelope.map(Inspect.signatureMembers) ?? [JSONText.Member("signed", .bool(isSigned))]
    return .object(
      [.init("file", .string(path)), .init("form", .string(form))] + signature + [
        .init("recipients", .array(recipients.map { Inspect.recipient($0, owners) }))
      ])
  }
}

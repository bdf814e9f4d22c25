internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// The command valise inspect.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a sealed file says of itself.",
    discussion: "Needs no key, and proves nothing: only opening a file shows that it is whole.")

  @Flag(help: "Print JSON.")
  var json = false

  @Argument(help: "The file to inspect; - or nothing for standard input.")
  var input: String?

  func run() throws {
    let input = try Input.open(input)
    var policy = JWE.DecryptionPolicy()
    policy.allowsUnprotectedEncryption = true
    let envelope: JWE.Envelope
    do {
      envelope = try Decrypt.envelope(input, policy: policy, for: .description, quiet: true)
    } catch let failure as Failure {
      guard failure.status == .badData, let values = SealedValues(input) else { throw failure }
      let owners = Self.owners(of: values.recipients)
      return json
        ? try Console.print(Self.json(values, owners))
        : try Console.print(Self.text(values, owners, name: input.path))
    }
    let owners = Self.owners(of: envelope.recipients)
    if json {
      try Console.print(Self.json(envelope, owners))
    } else {
      try Console.print(Self.text(envelope, owners, name: input.path))
    }
  }

  /// Who holds which key; a keyring that cannot be read is no reason to show nothing.
  private static func owners(of recipients: [JWE.RecipientDescription]) -> [String: String] {
    do {
      return try Environment.addressBook().names(for: recipients.compactMap(\.keyID))
    } catch {
      Console.warning("names are not shown: \(Report(error).message)")
      return [:]
    }
  }

  private static func text(
    _ envelope: JWE.Envelope, _ owners: [String: String], name: String
  ) -> String {
    let recipients = envelope.recipients
    var lines = [
      ["file", Text.shown(name)], ["form", "JWE, \(envelope.form)"],
      ["content", Text.shown(envelope.contentEncryptionName ?? "no enc")],
      [
        "size",
        Text.exactSize(envelope.ciphertextByteCount),
      ],
    ]
    if let type = envelope.type { lines.append(["typ", Text.shown(type)]) }
    if let contentType = envelope.contentType { lines.append(["cty", Text.shown(contentType)]) }
    if let data = envelope.additionalData { lines.append(["aad", "\(data.count) bytes"]) }
    lines.append(["signature", signature(envelope)])
    if recipients.count > 1 { lines.append(["consistency", consistency(envelope)]) }
    lines.append(["recipients", "\(recipients.count)"])
    return Text.table(lines) + "\n" + rows(recipients, owners)
  }

  /// A line for each recipient.
  static func rows(
    _ recipients: [JWE.RecipientDescription], _ owners: [String: String]
  ) -> String {
    let rows = recipients.map { recipient in
      let name = RecipientName(recipient, owners)
      return [
        "  " + name.word, Text.word(recipient.algorithmName ?? "no alg"),
        Text.word(recipient.curve ?? ""),
        recipient.keyID.map(Text.short) ?? "",
      ]
    }
    return Text.table(rows)
  }

  private static func signature(_ envelope: JWE.Envelope) -> String {
    if envelope.lacksSignature {
      return "missing, though it says that it is signed: it will not open"
    }
    return envelope.isSigned
      ? "there, checked when it is opened" : "none: \(envelope.makers) could have made it"
  }

  /// Whether there is a signature; one that is announced and missing is told of beside it.
  static func signatureMembers(_ envelope: JWE.Envelope) -> [JSONText.Member] {
    var members = [
      JSONText.Member("signed", .bool(envelope.isSigned && !envelope.lacksSignature))
    ]
    if envelope.lacksSignature { members.append(.init("signature_missing", .bool(true))) }
    return members
  }

  private static func consistency(_ envelope: JWE.Envelope) -> String {
    envelope.hasCommitment ? "committed, checked when it is opened" : "unproven"
  }

  private static func json(_ envelope: JWE.Envelope, _ owners: [String: String]) -> JSONText {
    var members: [JSONText.Member] = [
      .init("form", .string(envelope.form)),
      .init("enc", envelope.contentEncryptionName.map { .string($0) } ?? .null),
      .init("ciphertext_bytes", .integer(Int(clamping: envelope.ciphertextByteCount))),
      .init("commitment", .bool(envelope.hasCommitment)),
    ]
    members += signatureMembers(envelope)
    if let type = envelope.type { members.append(.init("typ", .string(type))) }
    if let contentType = envelope.contentType {
      members.append(.init("cty", .string(contentType)))
    }
    if let data = envelope.additionalData { members.append(.init("aad", .base64URL(data))) }
    members.append(
      .init("recipients", .array(envelope.recipients.map { recipient($0, owners) })))
    return .object(members)
  }

  static func recipient(
    _ recipient: JWE.RecipientDescription, _ owners: [String: String]
  ) -> JSONText {
    .object([
      .init("name", recipient.keyID.flatMap { owners[$0] }.map { .string($0) } ?? .null),
      .init("alg", recipient.algorithmName.map { .string($0) } ?? .null),
      .init("crv", recipient.curve.map { .string($0) } ?? .null),
      .init("kid", recipient.keyID.map { .string($0) } ?? .null),
    ])
  }
}

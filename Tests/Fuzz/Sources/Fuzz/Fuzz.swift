@testable import JOSE

@testable import Contacts
@testable import DurableFiles

/// What an input is opened with: the same keys each time, so that a finding can be had again.
private let shared = SecretBytes(copying: [UInt8](repeating: 7, count: 32).span)
private let symmetricKey = try? SymmetricJWK(shared)

/// Hands the input to the parser that its first byte names.
///
/// Errors are fine; crashes are not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count > 0, let symmetricKey else { return 0 }
  let input = Array(UnsafeBufferPointer(start: data + 1, count: count - 1))
  switch data[0] % 22 {
  case 0: openEnvelope(input, symmetricKey)
  case 1: _ = try? JWS.verify(input, with: [.symmetric(symmetricKey)])
  case 2: _ = try? JWKSet(parsing: input)
  case 3: _ = try? JWKSet(pem: SecretBytes(copying: input.span))
  case 4: openToken(input, symmetricKey)
  case 5: if let signed = Signed.sample?.token(input) { openToken(signed, symmetricKey) }
  case 6: _ = try? JWKSet(openSSH: SecretBytes(copying: input.span))
  case 7: Signed.sample?.open(withSignature: input)
  case 8: readSecrets(input, .yaml, symmetricKey)
  case 9: readSecrets(input, .json, symmetricKey)
  case 10: readSecrets(input, .toml, symmetricKey)
  case 11: readSecrets(input, .dotenv, symmetricKey)
  case 12: readSecrets(input, .ini, symmetricKey)
  case 13: readCard(input)
  case 14: readContact(input)
  case 15: readGroup(input)
  case 16: readBackup(input)
  case 17: readJournal(input)
  case 18: readMessage(input)
  case 19: readAcknowledgement(input)
  case 20: readDescriptor(input)
  default: readName(input)
  }
  return 0
}

// What is read can be written, and read again as the same.

private func readBackup(_ input: [UInt8]) {
  let title = Array("{\"valise\":\"keyring\",\"version\":1}\n".utf8)
  _ = try? Keyring.files(in: title + input)
}

private func readCard(_ input: [UInt8]) {
  guard let card = try? Card(parsing: input) else { return }
  let again = try? Card(parsing: card.serialized)
  precondition(again?.serial == card.serial && again?.serialized == card.serialized)
}

private func readContact(_ input: [UInt8]) {
  guard let contact = try? Contact(parsing: input, name: "bob") else { return }
  let again = try? Contact(parsing: contact.json.readable, name: "bob")
  precondition(again?.json.readable == contact.json.readable)
  _ = try? (contact.verified(), contact.encryptionKeys(at: 0), contact.published.fingerprint())
}

private func readGroup(_ input: [UInt8]) {
  guard let group = try? Group(parsing: input, name: "team") else { return }
  let again = try? Group(parsing: group.json.readable, name: "team")
  precondition(again?.members == group.members)
}

private func readJournal(_ input: [UInt8]) {
  let text = Array("valise journal 1\n".utf8) + input
  guard let changes = JournalText.decode(text) else { return }
  precondition(JournalText.encode(changes) == text)
}

private func openEnvelope(_ input: [UInt8], _ key: SymmetricJWK) {
  var policy = JWE.DecryptionPolicy()
  policy.compression = .allowed(maximumByteCount: 1 << 16)
  // Iterations cost time and find nothing.
  policy.iterations = 1...10
  policy.argon2idMemory = 8...64
  policy.argon2idPasses = 1...2
  guard let envelope = try? JWE.Envelope(BytesInMemory(input), policy: policy) else { return }
  _ = (envelope.recipients, envelope.type, envelope.contentType, envelope.additionalData)
  _ = (envelope.ciphertextByteCount, envelope.isSigned)
  let keys = [JWE.DecryptionKey.symmetric(key), .passphrase(shared)]
  guard let unlocked = try? envelope.unlock(with: keys) else { return }
  _ = try? unlocked.verify()
  guard let recipient = try? JWE.Recipient(key) else { return }
  try? unlocked.addRecipients([recipient], into: BytesGathered())
}

/// Takes the input for what is encrypted in a token.
private func openToken(_ signed: [UInt8], _ key: SymmetricJWK) {
  var options = JWE.EncryptionOptions()
  options.contentType = "JWT"
  guard let recipient = try? JWE.Recipient(key, algorithm: .direct),
    let token = try? JWE.encrypt(signed, for: [recipient], options: options)
  else { return }
  var policy = JWT.ValidationPolicy(types: ["fuzz"]) { _ in
    Signed.sample.map { [$0.signer.publicKey] } ?? []
  }
  policy.audiences = ["fuzz"]
  policy.requiredClaims = []
  _ = try? JWT.open(token, with: [.symmetric(key)], policy: policy)
}

/// What is signed truly, but for the part that the fuzzer writes.
private struct Signed {
  static let sample = try? Signed()

  let signer: PrivateJWK
  private let reader: PrivateJWK
  /// An envelope up to and after the text of its signature.
  private let before, after: ArraySlice<UInt8>

  private init() throws {
    signer = try PrivateJWK.generate(.ed25519)
    reader = try PrivateJWK.generate(.x25519)
    var options = JWE.EncryptionOptions()
    options.signer = try JWS.Signer(signer)
    let sealed = try JWE.encrypt([1], for: [JWE.Recipient(reader.publicKey)], options: options)
    // The signature is the last member: its text lies between the last two quotes.
    let end = sealed.lastIndex(of: UInt8(ascii: "\"")) ?? 0
    let start = sealed[..<end].lastIndex(of: UInt8(ascii: "\"")) ?? 0
    before = sealed[...start]
    after = sealed[end...]
  }

  /// The claims under a signature that holds.
  func token(_ claims: [UInt8]) -> [UInt8]? {
    var options = JWS.SigningOptions()
    options.type = "fuzz"
    guard let signer = try? JWS.Signer(signer) else { return nil }
    return try? JWS.sign(claims, by: [signer], options: options)
  }

  func open(withSignature text: [UInt8]) {
    _ = try? JWE.decrypt(before + text + after, with: [.privateKey(reader)])
  }
}

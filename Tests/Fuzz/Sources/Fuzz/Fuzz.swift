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
  switch data[0] % 10 {
  case 0: openEnvelope(input, symmetricKey)
  case 1: _ = try? JWS.verify(input, with: [.symmetric(symmetricKey)])
  case 2: _ = try? JWKSet(parsing: input)
  case 3: _ = try? JWKSet(pem: SecretBytes(copying: input.span))
  case 4: _ = try? JWKSet(openSSH: SecretBytes(copying: input.span))
  case 5: readCard(input)
  case 6: readContact(input)
  case 7: readGroup(input)
  case 8: _ = try? Keyring.files(in: Array("{\"valise\":\"keyring\",\"version\":1}\n".utf8) + input)
  default: readJournal(input)
  }
  return 0
}

// What is read can be written, and read again as the same.

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
  _ = envelope.ciphertextByteCount
  let keys = [JWE.DecryptionKey.symmetric(key), .passphrase(shared)]
  _ = try? envelope.unlock(with: keys).verify()
}

import JOSE

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
  switch data[0] % 9 {
  case 0: openEnvelope(input, symmetricKey)
  case 1: _ = try? JWS.verify(input, with: [.symmetric(symmetricKey)])
  case 2: _ = try? JWKSet(parsing: input)
  case 4: readSecrets(input, .yaml, symmetricKey)
  case 5: readSecrets(input, .json, symmetricKey)
  case 6: readSecrets(input, .toml, symmetricKey)
  case 7: readSecrets(input, .dotenv, symmetricKey)
  case 8: readSecrets(input, .ini, symmetricKey)
  default: _ = try? JWK(pem: SecretBytes(copying: input.span))
  }
  return 0
}

private func openEnvelope(_ input: [UInt8], _ key: SymmetricJWK) {
  var policy = JWE.DecryptionPolicy()
  policy.compression = .allowed(maximumByteCount: 1 << 16)
  // Iterations cost time and find nothing.
  policy.iterations = 1...10
  guard let envelope = try? JWE.Envelope(BytesInMemory(input), policy: policy) else { return }
  _ = (envelope.recipients, envelope.type, envelope.contentType, envelope.additionalData)
  _ = envelope.ciphertextByteCount
  let keys = [JWE.DecryptionKey.symmetric(key), .passphrase(shared)]
  _ = try? envelope.unlock(with: keys).verify()
}

// Into arrays, which grow as they must.

extension AEADSealer {
  /// Encrypts `plaintext` and appends the ciphertext that is ready.
  package func update(
    _ plaintext: Span<UInt8>, appendingTo ciphertext: inout [UInt8]
  ) throws(PrimitiveError) {
    try ciphertext.append(addingCapacity: plaintext.count + CipherContext.blockRoom) {
      (output) throws(PrimitiveError) in try update(plaintext, into: &output)
    }
  }

  /// Appends the rest of the ciphertext and returns the tag.
  package func finish(appendingTo ciphertext: inout [UInt8]) throws(PrimitiveError) -> [UInt8] {
    var tag: [UInt8] = []
    try ciphertext.append(addingCapacity: CipherContext.blockRoom) {
      (output) throws(PrimitiveError) in tag = try finish(into: &output)
    }
    return tag
  }
}

extension AEADOpener {
  /// Decrypts `ciphertext` and appends the plaintext that is ready.
  package func update(
    _ ciphertext: Span<UInt8>, appendingTo plaintext: inout [UInt8]
  ) throws(PrimitiveError) {
    try plaintext.append(addingCapacity: ciphertext.count + CipherContext.blockRoom) {
      (output) throws(PrimitiveError) in try update(ciphertext, into: &output)
    }
  }

  /// Checks the tag and appends the rest of the plaintext.
  package func finish(
    tag: Span<UInt8>, appendingTo plaintext: inout [UInt8]
  ) throws(PrimitiveError) {
    try plaintext.append(addingCapacity: CipherContext.blockRoom) {
      (output) throws(PrimitiveError) in try finish(tag: tag, into: &output)
    }
  }
}

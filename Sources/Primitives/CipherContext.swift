internal import COpenSSL

/// One run of an OpenSSL cipher.
@safe
final class CipherContext {
  private let context: OpaquePointer

  /// An `Int32` counts a call's bytes; larger pieces go in by parts of this size.
  private static let maximumUpdate = 1 << 30

  init(
    _ cipher: FetchedCipher, key: SecretBytes, nonce: Span<UInt8>, sealing: Bool
  ) throws(PrimitiveError) {
    unsafe context = unsafe try OpenSSL.require(
      EVP_CIPHER_CTX_new(), .internalFailure, "no cipher context")
    let status = key.withBytes { key in
      key.withAddress { key in
        nonce.withAddress { nonce in
          unsafe EVP_CipherInit_ex2(context, cipher.pointer, key, nonce, sealing ? 1 : 0, nil)
        }
      }
    }
    try OpenSSL.check(status, .internalFailure, "the cipher cannot start")
  }

  deinit { unsafe EVP_CIPHER_CTX_free(context) }

  /// Feeds associated data; before any other data.
  func addData(_ data: Span<UInt8>) throws(PrimitiveError) {
    guard !data.isEmpty else { return }
    guard let count = Int32(exactly: data.count) else {
      throw PrimitiveError(.invalidLength, "the associated data is longer than 2 GiB")
    }
    var written: Int32 = 0
    let status = data.withAddress {
      unsafe EVP_CipherUpdate(context, nil, &written, $0, count)
    }
    try OpenSSL.check(status, .internalFailure, "the cipher refused associated data")
  }

  /// Begins anew with another nonce.
  func restart(key: SecretBytes, nonce: Span<UInt8>) throws(PrimitiveError) {
    let status = key.withBytes { key in
      key.withAddress { key in
        nonce.withAddress { unsafe EVP_CipherInit_ex2(context, nil, key, $0, -1, nil) }
      }
    }
    try OpenSSL.check(status, .internalFailure, "the cipher cannot start again")
  }

  /// How much longer than what goes in that may be what comes out, in ``update(_:into:)`` and in
  /// ``finish(into:)``: a block cipher gives back up to a block that it held.
  static let blockRoom = 32

  func update(
    _ input: Span<UInt8>, into output: inout OutputSpan<UInt8>
  ) throws(PrimitiveError) {
    var rest = input
    while !rest.isEmpty {
      let piece = rest.extracting(first: Self.maximumUpdate)
      rest = rest.extracting(droppingFirst: piece.count)
      try output.append(capacity: piece.count + Self.blockRoom) {
        (address) throws(PrimitiveError) in
        var written: Int32 = 0
        let status = piece.withAddress {
          unsafe EVP_CipherUpdate(context, address, &written, $0, Int32(piece.count))
        }
        try OpenSSL.check(status, .internalFailure, "the cipher failed")
        return Int(written)
      }
    }
  }

  /// Ends the run: padding for CBC, the tag for the others.
  ///
  /// - Throws: ``PrimitiveError`` `authenticationFailed` when opening and it does not hold.
  func finish(into output: inout OutputSpan<UInt8>) throws(PrimitiveError) {
    try output.append(capacity: Self.blockRoom) { (address) throws(PrimitiveError) in
      var written: Int32 = 0
      let status = unsafe EVP_CipherFinal_ex(context, address, &written)
      try OpenSSL.check(status, .authenticationFailed, "the tag does not hold")
      return Int(written)
    }
  }

  /// The tag after sealing.
  func tag(_ count: Int) throws(PrimitiveError) -> [UInt8] {
    var tag: [UInt8] = []
    try appendTag(count, to: &tag)
    return tag
  }

  /// Appends the tag after sealing.
  func appendTag(_ count: Int, to tags: inout [UInt8]) throws(PrimitiveError) {
    try tags.append(capacity: count) { (address) throws(PrimitiveError) in
      let status = unsafe EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_GET_TAG, Int32(count), address)
      try OpenSSL.check(status, .internalFailure, "the cipher gave no tag")
      return count
    }
  }

  /// Sets the tag that opening must find.
  func expect(tag: Span<UInt8>) throws(PrimitiveError) {
    let status = tag.withAddress {
      unsafe EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), UnsafeMutablePointer(mutating: $0))
    }
    try OpenSSL.check(status, .authenticationFailed, "the tag does not hold")
  }
}

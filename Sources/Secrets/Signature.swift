public import JOSE
internal import Primitives

/// Who vouches for a file's sealed values, and since when.
public struct SecretSignature: Sendable, Hashable {
  /// The thumbprint URI of the signer's key (RFC 9278).
  public let issuer: String
  /// When it was signed, in seconds since 1970.
  public let issuedAt: Int
}

extension SecretFile {
  /// What of a signature is known.
  public enum SignatureState: Sendable, Hashable {
    /// Nobody signed.
    case unsigned
    /// Somebody signed whose key is not known: this says nothing.
    case unknownSigner(issuer: String)
    /// The signature holds, over these sealed values and these readers.
    case signed(SecretSignature)
  }

  /// The file signed by `key`; an older signature is replaced.
  ///
  /// The signature is over all sealed values, the digest and who can open the file. It goes when any of
  /// them changes. It does not cover keys, comments and values in clear.
  ///
  /// - Throws: ``SecretsError`` `notSealed`, `internalFailure`.
  public func signed(by key: PrivateJWK, at seconds: Int) throws(SecretsError) -> [UInt8] {
    let statement = try statement()
    let readers = try readers()
    let signature = try jose(.internalFailure) { () throws(JOSEError) in
      let claims = JSONText.object([
        .init("iss", .string(try key.publicKey.thumbprintURI())),
        .init("aud", .array(readers.map { .string($0) })),
        .init("iat", .integer(seconds)), .init("sealed", .base64URL(statement)),
      ])
      var options = JWS.SigningOptions()
      options.type = Self.signatureType
      return try JWS.sign(claims.compact, by: [JWS.Signer(key)], options: options)
    }
    return try replacingSignature(signature)
  }

  /// Verifies the file's signature; no key that opens the file is needed.
  ///
  /// - Parameter signer: finds a trusted key by its thumbprint URI.
  /// - Throws: ``SecretsError`` `notSealed`; `invalidSignature` when it does not hold, or is over other
  ///   values or other readers than those of this file.
  public func signature(
    verifyingWith signer: (String) -> PublicJWK?
  ) throws(SecretsError) -> SignatureState {
    guard let signature = try requiredBlock().signature else { return .unsigned }
    let issuer = try claimedIssuer(signature)
    guard let key = signer(issuer) else { return .unknownSigner(issuer: issuer) }
    let verified = try jose(.invalidSignature) { () throws(JOSEError) in
      try JWS.verify(signature, with: [.publicKey(key)])
    }
    let claims = try SignatureClaims(verified.payload)
    let thumbprint = try jose(.internalFailure) { () throws(JOSEError) in
      try key.thumbprintURI()
    }
    guard verified.signatures.allSatisfy({ $0.type == Self.signatureType }),
      thumbprint.utf8.elementsEqual(claims.issuer.utf8)
    else { throw Self.invalid("it is for something else") }
    guard try claims.sealed == statement(),
      try claims.readers.map({ Array($0.utf8) }) == readers().map({ Array($0.utf8) })
    else { throw Self.invalid("values or readers were changed after it was signed") }
    return .signed(SecretSignature(issuer: claims.issuer, issuedAt: claims.issuedAt))
  }

  /// `typ`, so that no signature made for another purpose passes here (RFC 8725 §3.11).
  private static let signatureType = "valise-secrets+jwt"

  static func invalid(_ reason: String) -> SecretsError {
    SecretsError(.invalidSignature, "the file's signature does not hold: \(reason)")
  }

  /// Who a signature says made it; only good for finding the key that it is then verified with.
  private func claimedIssuer(_ signature: [UInt8]) throws(SecretsError) -> String {
    let parts = signature.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3 else { throw Self.invalid("it is not a compact JWS") }
    let text = parts[1]
    let payload: [UInt8]
    do { payload = try Base64URL.decode(text.span) } catch {
      throw Self.invalid("it is not base64url")
    }
    return try SignatureClaims(payload).issuer
  }

  /// SHA-256 over the digest and every sealed value with its path.
  ///
  /// Whole values and not their tags: whoever has the data key can find another text to a tag.
  private func statement() throws(SecretsError) -> [UInt8] {
    var text = Array("valise secrets statement v1\n".utf8)
    text += try requiredBlock().digest + [0x0A]
    let values = sealedTokens.map { (path: $0.token.path.utf8, seal: $0.seal.text) }
    for value in values.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
      text += value.path + [0]
      text += value.seal + [0x0A]
    }
    return try primitive { () throws(PrimitiveError) in try Hash.sha256.digest(text.span) }
  }

  /// The readers' `kid`s, sorted by their bytes; of a hidden one there is none.
  private func readers() throws(SecretsError) -> [String] {
    try recipients().compactMap(\.keyID)
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The file with another signature, or none.
  func replacingSignature(_ signature: [UInt8]?) throws(SecretsError) -> [UInt8] {
    var block = try requiredBlock()
    block.signature = signature
    let cut = document.block.map { [Splice(range: $0.range, text: [])] } ?? []
    let rest = try format.syntax.scan(bytes.applying(cut))
    return rest.bytes.applying([try format.syntax.splice(block, into: rest)])
  }
}

/// What a signature is over.
private struct SignatureClaims {
  let issuer: String
  let readers: [String]
  let issuedAt: Int
  let sealed: [UInt8]

  init(_ payload: [UInt8]) throws(SecretsError) {
    do throws(JOSEError) {
      let root = try JSONDocument(parsing: payload, limits: JSONLimits(byteCount: 1 << 20)).root
      guard let issuer = root["iss"]?.string, let issuedAt = root["iat"]?.integer,
        let readers = root["aud"], readers.isArray, let sealed = root["sealed"]
      else { throw JOSEError(.malformed, "a claim is missing") }
      self.issuer = issuer
      self.issuedAt = issuedAt
      self.readers = readers.elements.compactMap(\.string)
      self.sealed = try sealed.base64URL("sealed")
    } catch { throw SecretFile.invalid(error.reason) }
  }
}

internal import COpenSSL

/// A prime curve of FIPS 186-4, as RFC 7518 §6.2.1.1 names them.
package enum NISTCurve: String, Sendable, CaseIterable {
  case p256 = "P-256"
  case p384 = "P-384"
  case p521 = "P-521"

  /// The size of a coordinate, and of the private value: 32, 48 or 66 bytes.
  package var coordinateByteCount: Int {
    switch self {
    case .p256: 32
    case .p384: 48
    case .p521: 66
    }
  }

  /// The hash that ECDSA on this curve goes with (RFC 7518 §3.4).
  package var hash: Hash {
    switch self {
    case .p256: .sha256
    case .p384: .sha384
    case .p521: .sha512
    }
  }
}

/// A point on a NIST curve, checked when it was made.
package struct NISTPublicKey: Sendable {
  package let curve: NISTCurve
  /// Affine coordinates, each of the curve's full size.
  package let x, y: [UInt8]

  /// - Throws: ``PrimitiveError`` `invalidKey` for coordinates of another size or a point that is
  ///   not on the curve (CVE-2017-12974).
  package init(_ curve: NISTCurve, x: [UInt8], y: [UInt8]) throws(PrimitiveError) {
    self.init(unchecked: curve, x: x, y: y)
    // The quick check leaves out a multiplication by the order, which on these curves of cofactor 1
    // every point but infinity passes.
    try handle().withContext { (context) throws(PrimitiveError) in
      try OpenSSL.check(
        unsafe EVP_PKEY_public_check_quick(context), .invalidKey,
        "the point is not on \(curve.rawValue)")
    }
  }

  /// A point that is known to be on the curve.
  fileprivate init(unchecked curve: NISTCurve, x: [UInt8], y: [UInt8]) {
    self.curve = curve
    self.x = x
    self.y = y
  }

  /// The key as OpenSSL has it, made for each use: held by ten thousand recipients it would take
  /// 25 MiB, and making it costs a tenth of an agreement.
  func handle() throws(PrimitiveError) -> KeyHandle {
    try KeyHandle.make(
      "EC", KeyHandle.publicKeySelection, Self.parameters(curve, x: x, y: y))
  }

  static func parameters(
    _ curve: NISTCurve, x: [UInt8], y: [UInt8]
  ) throws(PrimitiveError) -> ParameterList {
    guard x.count == curve.coordinateByteCount, y.count == curve.coordinateByteCount else {
      throw PrimitiveError(
        .invalidKey, "a coordinate on \(curve.rawValue) has \(curve.coordinateByteCount) bytes")
    }
    let parameters = try ParameterList()
    try parameters.add(OSSL_PKEY_PARAM_GROUP_NAME, text: curve.rawValue)
    try parameters.add(OSSL_PKEY_PARAM_PUB_KEY, bytes: ([0x04] + x + y).span)
    return parameters
  }

  /// Whether the ECDSA signature R ‖ S, each of the coordinate's size, holds (RFC 7518 §3.4).
  package func isValid(
    signature: Span<UInt8>, for message: Span<UInt8>
  ) throws(PrimitiveError) -> Bool {
    let size = curve.coordinateByteCount
    guard signature.count == 2 * size else { return false }
    let encoded = try ECDSASignature.der(
      r: signature.extracting(first: size), s: signature.extracting(last: size))
    return unsafe try handle().isValid(encoded.span, curve.hash, message)
  }
}

/// A private key on a NIST curve, which matches its public key.
package struct NISTPrivateKey: Sendable {
  package let publicKey: NISTPublicKey
  /// The private value, of the curve's full size.
  package let d: SecretBytes
  private let handle: KeyHandle

  /// - Throws: ``PrimitiveError`` `invalidKey` unless `d` has full size, lies in range and yields
  ///   `publicKey`.
  package init(_ publicKey: NISTPublicKey, d: SecretBytes) throws(PrimitiveError) {
    let curve = publicKey.curve
    guard d.byteCount == curve.coordinateByteCount else {
      throw PrimitiveError(
        .invalidKey,
        "a private key on \(curve.rawValue) has \(curve.coordinateByteCount) bytes")
    }
    let parameters = try NISTPublicKey.parameters(curve, x: publicKey.x, y: publicKey.y)
    try parameters.add(OSSL_PKEY_PARAM_PRIV_KEY, secretNumber: d)
    handle = try KeyHandle.make("EC", KeyHandle.keyPairSelection, parameters)
    try handle.withContext { (context) throws(PrimitiveError) in
      try OpenSSL.check(
        unsafe EVP_PKEY_pairwise_check(context), .invalidKey,
        "the private key does not belong to the public key")
    }
    self.publicKey = publicKey
    self.d = d
  }

  private init(unchecked handle: KeyHandle, _ curve: NISTCurve) throws(PrimitiveError) {
    let size = curve.coordinateByteCount
    let x = try handle.number("qx", byteCount: size).withBytes { Array(copying: $0) }
    let y = try handle.number("qy", byteCount: size).withBytes { Array(copying: $0) }
    publicKey = NISTPublicKey(unchecked: curve, x: x, y: y)
    d = try handle.number(OSSL_PKEY_PARAM_PRIV_KEY, byteCount: size)
    self.handle = handle
  }

  /// A fresh key from OpenSSL's own generator.
  package static func generate(_ curve: NISTCurve) throws(PrimitiveError) -> NISTPrivateKey {
    var key: OpaquePointer?
    let context = unsafe try OpenSSL.require(
      EVP_PKEY_CTX_new_from_name(nil, "EC", nil), .internalFailure, "no EC keys")
    defer { unsafe EVP_PKEY_CTX_free(context) }
    try OpenSSL.check(unsafe EVP_PKEY_keygen_init(context), .internalFailure, "no EC keys")
    try OpenSSL.check(
      unsafe EVP_PKEY_CTX_set_group_name(context, curve.rawValue), .internalFailure,
      "no curve \(curve.rawValue)")
    try OpenSSL.check(
      unsafe EVP_PKEY_generate(context, &key), .randomUnavailable, "no key was generated")
    let handle = unsafe KeyHandle(
      owning: unsafe try OpenSSL.require(key, .randomUnavailable, "no key was generated"))
    return try NISTPrivateKey(unchecked: handle, curve)
  }

  /// ECDH: the x coordinate of the shared point, of the coordinate's size.
  package func sharedSecret(with peer: NISTPublicKey) throws(PrimitiveError) -> SecretBytes {
    guard peer.curve == publicKey.curve else {
      throw PrimitiveError(.invalidKey, "the keys are on different curves")
    }
    return try handle.sharedSecret(with: peer.handle(), byteCount: peer.curve.coordinateByteCount)
  }

  /// An ECDSA signature R ‖ S over `message` under the curve's hash.
  package func signature(for message: Span<UInt8>) throws(PrimitiveError) -> [UInt8] {
    let curve = publicKey.curve
    let encoded = unsafe try handle.signature(curve.hash, message, capacity: 256)
    return try ECDSASignature.raw(encoded.span, coordinateByteCount: curve.coordinateByteCount)
  }
}

/// ECDSA signatures between JOSE's R ‖ S and OpenSSL's DER.
enum ECDSASignature {
  static func der(r: Span<UInt8>, s: Span<UInt8>) throws(PrimitiveError) -> [UInt8] {
    let signature = unsafe try OpenSSL.require(
      ECDSA_SIG_new(), .internalFailure, "no memory for a signature")
    defer { unsafe ECDSA_SIG_free(signature) }
    let left = r.withAddress { unsafe BN_bin2bn($0, Int32(r.count), nil) }
    let right = s.withAddress { unsafe BN_bin2bn($0, Int32(s.count), nil) }
    // ECDSA_SIG_set0 takes both over.
    try OpenSSL.check(
      unsafe ECDSA_SIG_set0(signature, left, right), .internalFailure,
      "no memory for a signature")
    var encoded: [UInt8] = []
    try encoded.append(capacity: 256) { (output) throws(PrimitiveError) in
      var cursor: UnsafeMutablePointer<UInt8>? = unsafe output
      let count = unsafe i2d_ECDSA_SIG(signature, &cursor)
      try OpenSSL.check(count > 0 ? 1 : 0, .internalFailure, "a signature cannot be encoded")
      return Int(count)
    }
    return encoded
  }

  static func raw(
    _ encoded: Span<UInt8>, coordinateByteCount size: Int
  ) throws(PrimitiveError) -> [UInt8] {
    let parsed = encoded.withAddress { address in
      var cursor: UnsafePointer<UInt8>? = unsafe address
      return unsafe d2i_ECDSA_SIG(nil, &cursor, encoded.count)
    }
    let signature = unsafe try OpenSSL.require(
      parsed, .internalFailure, "a signature cannot be decoded")
    defer { unsafe ECDSA_SIG_free(signature) }
    var raw: [UInt8] = []
    try raw.append(capacity: 2 * size) { (output) throws(PrimitiveError) in
      let left = unsafe BN_bn2binpad(ECDSA_SIG_get0_r(signature), output, Int32(size))
      let right = unsafe BN_bn2binpad(ECDSA_SIG_get0_s(signature), output + size, Int32(size))
      try OpenSSL.check(
        left > 0 && right > 0 ? 1 : 0, .internalFailure, "a signature has the wrong size")
      return 2 * size
    }
    return raw
  }
}

internal import COpenSSL

/// Keys in PEM (RFC 7468): SPKI, PKCS#8, PKCS#1, SEC1 and X.509 certificates.
package enum PEM {
  /// A key, and what its certificate says of it.
  package struct Entry: Sendable {
    package let key: ImportedKey
    /// When its certificate ends, in seconds since 1970; nil for a bare key.
    package let expiresAt: Int?
  }

  /// Whether `text` holds a PEM block.
  package static func isPresent(in text: Span<UInt8>) -> Bool {
    text.contains("-----BEGIN ")
  }

  /// The keys in `text`: all private ones, or else all public ones, or else that of the only
  /// certificate.
  ///
  /// A chain is refused: of its certificates only the first is its owner's, and who is encrypted to
  /// must not depend on an order.
  ///
  /// - Throws: ``PrimitiveError`` `invalidKey` when there is none, when one is under a passphrase, of
  ///   an algorithm that JOSE does not know, weak, or in a certificate that is not valid today;
  ///   `invalidEncoding` for a block that does not end, `limitExceeded` for more than 1 MiB.
  package static func keys(in text: Span<UInt8>) throws(PrimitiveError) -> [Entry] {
    defer { ERR_clear_error() }
    let blocks = try PEMBlock.all(in: text)
    guard !blocks.isEmpty else { throw PrimitiveError(.invalidKey, "there is no PEM block") }
    for block in blocks { try block.checkReadability(in: text) }

    let privateKeys = blocks.filter { $0.kind == .privateKey }
    guard privateKeys.isEmpty else {
      return try privateKeys.map { (block) throws(PrimitiveError) in
        let key = unsafe try key(block, text) { unsafe valise_read_private_key($0) }
        return Entry(key: try .reading(key, isPrivate: true), expiresAt: nil)
      }
    }
    let publicKeys = blocks.filter { $0.kind == .publicKey || $0.kind == .rsaPublicKey }
    let certificates = blocks.filter { $0.kind == .certificate }
    guard let certificate = certificates.first else {
      guard !publicKeys.isEmpty else {
        throw PrimitiveError(.invalidKey, "no PEM block is a key or a certificate")
      }
      return try publicKeys.map { (block) throws(PrimitiveError) in try publicKey(block, text) }
    }
    guard certificates.count == 1, publicKeys.isEmpty else {
      throw PrimitiveError(
        .invalidKey,
        "a certificate stands beside others or beside keys; leave the one that is meant")
    }
    return [try certifiedKey(certificate, text)]
  }

  private static func publicKey(
    _ block: PEMBlock, _ text: Span<UInt8>
  ) throws(PrimitiveError) -> Entry {
    let key = unsafe try key(block, text) {
      unsafe block.kind == .rsaPublicKey
        ? valise_read_rsa_public_key($0) : valise_read_public_key($0)
    }
    return Entry(key: try .reading(key, isPrivate: false), expiresAt: nil)
  }

  private static func certifiedKey(
    _ block: PEMBlock, _ text: Span<UInt8>
  ) throws(PrimitiveError) -> Entry {
    let certificate = unsafe Certificate(
      owning: unsafe try OpenSSL.require(
        block.read(text) { unsafe valise_read_certificate($0) }, .invalidKey,
        "the certificate cannot be read"))
    try certificate.checkValidity()
    return Entry(
      key: try .reading(certificate.publicKey(), isPrivate: false),
      expiresAt: try certificate.expiresAt())
  }

  private static func key(
    _ block: PEMBlock, _ text: Span<UInt8>, _ read: (OpaquePointer?) -> OpaquePointer?
  ) throws(PrimitiveError) -> KeyHandle {
    unsafe KeyHandle(
      owning: unsafe try OpenSSL.require(
        block.read(text, read), .invalidKey, "the PEM block holds no usable key"))
  }
}

/// A block's place in a PEM text.
struct PEMBlock {
  /// The labels of RFC 7468 and of OpenSSL that are read; others are passed over.
  enum Kind: String, CaseIterable {
    case privateKey = "PRIVATE KEY"
    case encryptedPrivateKey = "ENCRYPTED PRIVATE KEY"
    case openSSHPrivateKey = "OPENSSH PRIVATE KEY"
    case publicKey = "PUBLIC KEY"
    case rsaPublicKey = "RSA PUBLIC KEY"
    case certificate = "CERTIFICATE"
    case other = ""
  }

  let kind: Kind
  private let range: Range<Int>

  private static let textLimit = 1 << 20

  /// The blocks of `text` in their order; what stands between them is for people.
  static func all(in text: Span<UInt8>) throws(PrimitiveError) -> [PEMBlock] {
    guard text.count <= textLimit else {
      throw PrimitiveError(.limitExceeded, "a PEM text has no more than \(textLimit) bytes")
    }
    var blocks: [PEMBlock] = []
    var open: (label: [UInt8], start: Int)?
    for line in text.lines {
      let bytes = text.extracting(line)
      guard let (label, opened) = open else {
        if let label = label(bytes, after: "-----BEGIN ") { open = (label, line.lowerBound) }
        continue
      }
      guard bytes.hasPrefix("-----") else { continue }
      // A block within a block, or one that ends as another.
      guard Self.label(bytes, after: "-----END ") == label else { break }
      blocks.append(PEMBlock(kind: kind(label), range: opened..<line.upperBound))
      open = nil
    }
    guard open == nil else {
      throw PrimitiveError(.invalidEncoding, "a PEM block does not end as it began")
    }
    return blocks
  }

  private static func label(_ line: Span<UInt8>, after start: StaticString) -> [UInt8]? {
    guard line.hasPrefix(start) else { return nil }
    let rest = [UInt8](copying: line.extracting(droppingFirst: start.utf8CodeUnitCount))
    let label = rest.prefix { $0 != UInt8(ascii: "-") }
    return rest.dropFirst(label.count).starts(with: "-----".utf8) ? Array(label) : nil
  }

  private static func kind(_ label: [UInt8]) -> Kind {
    if let kind = Kind.allCases.first(where: { $0.rawValue.utf8.elementsEqual(label) }) {
      return kind
    }
    let synonyms: [(StaticString, Kind)] = [
      ("EC PRIVATE KEY", .privateKey), ("RSA PRIVATE KEY", .privateKey),
      ("X509 CERTIFICATE", .certificate), ("TRUSTED CERTIFICATE", .certificate),
    ]
    return synonyms.first { $0.0.description.utf8.elementsEqual(label) }?.1 ?? .other
  }

  /// - Throws: ``PrimitiveError`` `invalidKey` for a private key in a form that is not read.
  func checkReadability(in text: Span<UInt8>) throws(PrimitiveError) {
    switch kind {
    case .openSSHPrivateKey:
      throw PrimitiveError(
        .invalidKey,
        "private keys of OpenSSH are not read; ssh-keygen -p -m PKCS8 rewrites RSA and ECDSA ones")
    case .encryptedPrivateKey: throw Self.isEncrypted
    // The older way: `Proc-Type: 4,ENCRYPTED` (RFC 1421).
    case .privateKey where text.extracting(range).contains("ENCRYPTED"): throw Self.isEncrypted
    default: break
    }
  }

  private static let isEncrypted = PrimitiveError(
    .invalidKey, "the PEM key is under a passphrase; `openssl pkey` takes it off")

  /// What `body` makes of the block alone.
  func read(
    _ text: Span<UInt8>, _ body: (OpaquePointer?) -> OpaquePointer?
  ) -> OpaquePointer? {
    text.extracting(range).withAddress { address in
      let reader = unsafe BIO_new_mem_buf(address, Int32(range.count))
      defer { unsafe BIO_free(reader) }
      return unsafe body(reader)
    }
  }
}

internal import Contacts
internal import DurableFiles
internal import JOSE

/// Who sealed a file: whom one asks for, and what was found.
struct SenderCheck {
  private let book: AddressBook
  private let file: String
  /// The name after `--from`, `me` resolved.
  private let wanted: String?
  private let isRequired: Bool

  /// `file` is what it is about, for messages; `wanted` who must have sealed it, nil for anybody, and
  /// `isRequired` whether somebody must have who is known.
  init(_ book: AddressBook, file: String, from wanted: String?, isRequired: Bool) throws {
    self.book = book
    self.file = Text.shown(file)
    self.isRequired = isRequired || wanted != nil
    self.wanted = try wanted.map { name in
      if name == "me" { return try Environment.identity(nil, in: book.keyring).name }
      let isKnown =
        try book.keyring.identity(name) != nil || book.keyring.contacts.contact(name) != nil
        || book.project?.contact(name) != nil
      guard isKnown else {
        throw Failure(
          .unknownName, "there is no contact called \(Text.shown(name))",
          hint: "valise contact list shows all")
      }
      return name
    }
  }

  /// What the library is to believe.
  var policy: JWE.SignaturePolicy {
    var policy = JWE.SignaturePolicy { uri in try key(uri) }
    policy.isRequired = isRequired
    return policy
  }

  /// The key of this thumbprint, if it is somebody's who is asked for.
  private func key(_ uri: String) throws -> PublicJWK? {
    guard let signer = try book.signer(named: uri, called: wanted) else {
      guard !isRequired else {
        throw Failure(
          .refused, "\(file): signed by the unknown key \(ThumbprintURI.short(uri))",
          hint: "valise contact add NAME FILE makes its owner known")
      }
      return nil
    }
    if let wanted, signer.name != wanted {
      throw Failure(.refused, "\(file): signed by \(signer.name), not by \(wanted)")
    }
    if isRequired, signer.standing == .revoked {
      throw Failure(
        .refused, "\(file): signed with a key that \(signer.name) took back")
    }
    return signer.key
  }

  private func signer(_ signature: JWE.VerifiedSignature) throws -> AddressBook.Signer? {
    try book.signer(named: signature.signerThumbprintURI, called: wanted)
  }

  /// Pins a known sender whom one insists on and whom only the project knows, so that another's key
  /// under the same name is noticed next time; to be called once the content is verified.
  func pin(_ authorship: JWE.Authorship, quiet: Bool) throws {
    guard isRequired, case .signed(let signature) = authorship, let signer = try signer(signature),
      let notice = try book.pinIfNew(signer.name, at: Platform.now())
    else { return }
    book.say(notice, of: signer.name, quiet: quiet)
  }

  /// What was found, in words; `makers` are those who could have made it unsigned.
  func words(_ authorship: JWE.Authorship, makers: String = "anyone") throws -> String {
    switch authorship {
    case .unsigned: return "unsigned: \(makers) could have made it"
    case .signedByUnknownKey(let uri): return "signed by an unknown key \(ThumbprintURI.short(uri))"
    case .signed(let signature):
      guard let signer = try signer(signature) else {
        return "signed by an unknown key \(ThumbprintURI.short(signature.signerThumbprintURI))"
      }
      guard signer.standing != .revoked else {
        return "signed with a key that \(signer.name) took back: whoever has it made this"
      }
      return "signed by \(signer.words)"
    }
  }

  /// What was found, as data.
  func json(_ authorship: JWE.Authorship) throws -> JSONText {
    switch authorship {
    case .unsigned: return .object([.init("state", .string("unsigned"))])
    case .signedByUnknownKey(let uri):
      return .object([.init("state", .string("unknown")), .init("key", .string(uri))])
    case .signed(let signature):
      let signer = try signer(signature)
      let state = signer?.standing.word ?? "unknown"
      return .object([
        .init("state", .string(state)), .init("name", signer.map { .string($0.name) } ?? .null),
        .init("key", .string(signature.signerThumbprintURI)),
        .init("alg", .string(signature.algorithm.rawValue)),
        .init("iat", .integer(signature.issuedAt)),
        .init("aud", .array(signature.audience.map { .string($0) })),
      ])
    }
  }
}

extension JWE.Envelope {
  /// Those who could have made it if it is not signed.
  var makers: String {
    let means = Set(recipients.map(\.means))
    return means == [.passphrase]
      ? "whoever knows the passphrase" : means == [.sharedKey] ? "whoever has the key" : "anyone"
  }
}

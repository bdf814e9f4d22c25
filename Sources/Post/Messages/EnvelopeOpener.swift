internal import JOSE

/// Why an envelope was refused; each is counted.
public enum RefusalReason: String, Sendable, CaseIterable {
  /// It is none, or breaks a rule of the protocol.
  case malformed
  /// It does not open with the key in whose box it was announced.
  case unreadable
  /// Its signature does not hold.
  case forged
  /// It was signed for somebody else, who sent it on.
  case readdressed
  /// It came after it expired.
  case expired
  /// An acknowledgement came from a stranger.
  case unknownSender
}

/// What came of opening an envelope.
enum OpeningVerdict {
  case message(Message, signer: PublicJWK)
  case acknowledgement(Acknowledgement, from: Correspondent)
  /// It opened, and nobody knows who signs so.
  case stranger(issuer: String)
  /// It is from the future: a clock is wrong, and time will tell which.
  case early
  case refused(RefusalReason)
}

/// Opens envelopes of one post for one key, and believes both layers or nothing.
struct EnvelopeOpener {
  let post: PostDescriptor
  let correspondents: any Correspondents
  private(set) var now: Int
  private let key: PrivateJWK
  /// What the key's owner is called.
  let tag: Tag
  /// The thumbprint URI of the key.
  let keyName: String
  /// Makes keys of the card that came with a message whose issuer nobody knows.
  var introduction: Introduction?

  typealias Introduction = @Sendable (_ issuer: String, _ card: [UInt8]) throws -> [PublicJWK]

  init(
    _ key: PrivateJWK, in post: PostDescriptor, correspondents: any Correspondents, now: Int
  ) throws(PostError) {
    let publicKey = key.publicKey
    tag = try Tag(of: publicKey, in: post.identifier)
    keyName = try floor { () throws(JOSEError) in try publicKey.thumbprintURI() }
    var named = key
    named.metadata.keyID = tag.text
    self.key = named
    self.post = post
    self.correspondents = correspondents
    self.now = now
  }

  /// The same at another time.
  func at(_ time: Int) -> EnvelopeOpener {
    var opener = self
    opener.now = time
    return opener
  }

  /// - Throws: ``PostError`` for what is wrong on this side: the look-up of a sender, a library.
  func open(_ envelope: [UInt8]) throws(PostError) -> OpeningVerdict {
    let opened: JWT.Opened
    do {
      opened = try JWT.open(
        envelope, with: [.privateKey(key)], policy: validation, encryption: Self.encryption)
    } catch { return try verdict(error) }
    do { return try verdict(opened) } catch {
      guard error.code == .malformed || error.code == .limitExceeded else { throw error }
      return .refused(.malformed)
    }
  }

  private func verdict(_ opened: JWT.Opened) throws(PostError) -> OpeningVerdict {
    guard opened.type.isExactly(Acknowledgement.type) else {
      return .message(try Message(opened.claims, limits: post.limits), signer: opened.signer)
    }
    let acknowledgement = try Acknowledgement(opened.claims, limits: post.limits)
    let sender = try floor { () throws in
      try correspondents.correspondent(signingAs: acknowledgement.issuer)
    }
    guard let sender else { return .refused(.unknownSender) }
    return .acknowledgement(acknowledgement, from: sender)
  }

  private func verdict(_ error: JOSEError) throws(PostError) -> OpeningVerdict {
    switch error.code {
    case .inputOutput, .internalFailure: throw PostError(error)
    case .noMatchingKey, .decryptionFailed, .unsuitableKey: return .refused(.unreadable)
    case .verificationFailed: break
    default: return .refused(.malformed)
    }
    guard let refusal = error.underlying as? JWT.Refusal else { return .refused(.forged) }
    return switch refusal {
    case .expired: .refused(.expired)
    case .notYetValid: .early
    case .otherAudience: .refused(.readdressed)
    case .unknownIssuer(let issuer): .stranger(issuer: issuer)
    }
  }

  private var validation: JWT.ValidationPolicy {
    let correspondents = correspondents
    var policy = JWT.ValidationPolicy(types: [Message.type, Acknowledgement.type]) { issuer in
      try Self.keys(of: issuer, correspondents)
    }
    policy.requiredClaims = ["iat", "exp", "jti"]
    policy.maximumByteCount = post.limits.messageByteCount
    policy.now = now
    if let introduction {
      policy.introduction = { claims in
        guard let card = try claims.card() else { return [] }
        return try introduction(claims.issuer ?? "", card.bytes)
      }
    }
    return policy
  }

  /// The one key that `iss` names: another of the same person's would make two names for one message.
  private static func keys(
    of issuer: String, _ correspondents: any Correspondents
  ) throws -> [PublicJWK] {
    let keys = try correspondents.correspondent(signingAs: issuer)?.signingKeys ?? []
    return try keys.filter { try $0.thumbprintURI().isExactly(issuer) }
  }

  private static let encryption: JWE.DecryptionPolicy = {
    var policy = JWE.DecryptionPolicy()
    policy.requiredCommitment = .all
    policy.maximumRecipientCount = ReaderKeys.maximumCount
    return policy
  }()
}

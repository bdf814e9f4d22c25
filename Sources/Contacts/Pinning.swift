internal import JOSE

/// Whether keys that are offered under a known name are its owner's.
///
/// The first keys that were seen under a name are pinned. From then on the pinned signing key alone
/// can say that there are others.
enum Pinning {
  /// What to do with keys that are offered.
  enum Verdict: Sendable, Equatable {
    /// There is nothing new about them.
    case same
    /// They are the pinned keys, which nobody signed, with another end, or taken back by now.
    ///
    /// It is the keys that are pinned, and not what is said of them: a certificate is renewed.
    case renewed
    /// Their owner says that these count from now on.
    case newer
    /// Somebody says so, and is not to be believed.
    case refused(Refusal)
  }

  /// Why keys are not taken.
  enum Refusal: Sendable, Equatable {
    /// They are others than the pinned ones, and nobody signed them.
    case unsigned
    /// They are signed by another key than the pinned one.
    case otherSigner
    /// They are the owner's, from before the pinned ones: an old key may have been lost to somebody.
    case older(serial: Int, pinnedSerial: Int)
    /// The owner took the signing key back, so that whoever has it now cannot speak for them.
    case revoked

    var reason: String {
      switch self {
      case .unsigned: "other keys are offered, and nobody signed them"
      case .otherSigner: "other keys are offered, signed by somebody else"
      case .older(let serial, let pinned):
        "a card of serial \(serial) is offered where serial \(pinned) is known"
      case .revoked: "a card is offered by a signing key that its owner took back"
      }
    }
  }

  static func verdict(on offered: PublishedKeys, pinned: PublishedKeys) -> Verdict {
    guard case .card(let card) = offered else {
      guard offered.hasSameKeys(as: pinned) else { return .refused(.unsigned) }
      return pinned.card == nil && offered.renews(pinned) ? .renewed : .same
    }
    guard pinned.signingKeys.contains(where: { $0.isSameKey(as: card.signingKey) }) else {
      return .refused(.otherSigner)
    }
    guard case .card(let known) = pinned else {
      // Whoever has a key that was taken back is not its owner any more, or not alone.
      let isTakenBack = pinned.signingKeys.contains {
        $0.isSameKey(as: card.signingKey) && $0.metadata.revocation != nil
      }
      return isTakenBack && !card.isRevocation ? .refused(.revoked) : .newer
    }
    if card.isSame(as: known) { return .same }
    // A revocation may have been made at birth, with a serial from before everything else.
    if known.isRevocation { return card.isRevocation ? .same : .refused(.revoked) }
    if card.isRevocation || card.serial > known.serial { return .newer }
    return .refused(.older(serial: card.serial, pinnedSerial: known.serial))
  }
}

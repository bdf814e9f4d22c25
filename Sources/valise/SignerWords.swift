internal import Contacts
internal import JOSE

extension ThumbprintURI {
  /// As much of it as tells keys apart by eye.
  static func short(_ uri: String) -> String { Text.short(thumbprint(in: uri) ?? uri) }
}

extension AddressBook {
  /// Whoever signs with the key of this thumbprint URI, by the name `wanted` if that is one of theirs;
  /// nil for a stranger.
  ///
  /// A stranger who may be a contact that cannot be read is warned of.
  func signer(named uri: String, called wanted: String? = nil) throws -> Signer? {
    guard let thumbprint = ThumbprintURI.thumbprint(in: uri) else { return nil }
    if let signer = try signer(thumbprint, called: wanted) { return signer }
    for error in try damage(hiding: [thumbprint]) {
      Console.warningOnce(
        "\(Text.shown(error.reason)); until that is mended, what is signed with its keys is a "
          + "stranger's")
    }
    return nil
  }
}

extension AddressBook.Signer {
  /// Their name, and how far it is known to be theirs.
  var words: String {
    switch standing {
    case .own: "\(name) (yourself)"
    case .verified: "\(name) (verified)"
    case .unverified: "\(name) (unverified contact)"
    case .unpinned: "\(name) (as the project says)"
    case .revoked: "\(name) (took this key back: whoever has it may have made this)"
    }
  }
}

extension AddressBook.Standing {
  /// The standing as data.
  var word: String {
    switch self {
    case .own: "own"
    case .verified: "verified"
    case .unverified: "unverified"
    case .unpinned: "unpinned"
    case .revoked: "revoked"
    }
  }
}

internal import DurableFiles

/// What went wrong with the keyring.
public struct ContactsError: Error, Sendable {
  /// The kinds of failure a caller can act on.
  public enum Code: Sendable, Hashable {
    /// There is no contact, group or identity of that name.
    case unknownName
    /// There is one already, and it was left as it was.
    case nameTaken
    /// The name cannot be one: it is empty, too long or has characters that names do not have.
    case invalidName
    /// A file of the keyring, or a card, is damaged.
    case damaged
    /// A key is not one that belongs here.
    case unusableKey
    /// All keys of somebody have ended.
    case expired
    /// Somebody took all of their keys back.
    case revoked
    /// Other keys are offered under a known name than were pinned, and not by their owner's word.
    case untrusted
    /// A group would contain itself.
    case cycle
    /// A group has more members, or groups in groups, than are put up with.
    case limitExceeded
    /// The passphrase does not open the identity.
    case wrongPassphrase
    /// Another process is changing the keyring.
    case busy
    /// The keyring cannot be read or written.
    case inputOutput
    /// A library failed for no reason of the caller's.
    case internalFailure
  }

  /// The kind of failure.
  public let code: Code
  /// Lowercase, without a full stop; never holds a secret.
  public let reason: String
  /// The error of a lower floor that led to this one.
  public let underlying: (any Error)?

  package init(_ code: Code, _ reason: String, underlying: (any Error)? = nil) {
    self.code = code
    self.reason = reason
    self.underlying = underlying
  }
}

extension ContactsError {
  /// Whether a file is not as it must be, and stays so until somebody sees to it.
  var isDamage: Bool {
    code == .damaged || code == .inputOutput && (underlying as? FileError)?.isLasting == true
  }
}

extension FileError {
  /// Whether the file itself is the reason, and not what befell the system as it was read.
  var isLasting: Bool { [.notPermitted, .wrongKind, .tooLarge].contains(code) }
}

internal import ArgumentParser
internal import Contacts
internal import DurableFiles
internal import JOSE

/// Whether a file says who sealed it.
struct SigningOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Sign: readers see that it is from you, and for them.")
  var sign = false

  @Option(
    name: .customLong("sign-as"),
    help: ArgumentHelp("Sign as another of your identities.", valueName: "name"))
  var identity: String?

  /// Whether a signature is asked for.
  var areGiven: Bool { sign || identity != nil }

  /// Who signs; nil when nobody is to.
  func signer(_ own: OwnKeys) throws -> JWS.Signer? {
    guard let identity = try signingIdentity(own.book) else { return nil }
    let key = try own.unlock(identity).signingKey
    do { return try JWS.Signer(key) } catch { throw Failure(error, naming: identity.name) }
  }

  /// Who is to sign, their keys not needed; nil when nobody is to.
  ///
  /// - Throws: ``Failure`` when there is no such identity, or nobody would believe it.
  func signingIdentity(_ book: AddressBook) throws -> Identity? {
    guard areGiven else { return nil }
    let identity = try Environment.identity(identity, in: book.keyring)
    guard !identity.card.isRevocation else {
      throw Failure(
        .refused, "\(identity.name) took the signing key back, so that nobody believes it",
        hint: "--sign-as NAME signs as another identity")
    }
    return identity
  }

  /// Refuses readers whom a signature could not name.
  func check(_ recipients: [JWE.Recipient]) throws {
    guard areGiven, !recipients.allSatisfy(\.canBeSignedFor) else { return }
    throw Failure(
      .usage,
      "a file for a shared key cannot be signed: a signature names its readers' public keys",
      hint: "leave the signature out, or name readers with keys of their own")
  }
}

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
    guard areGiven else { return nil }
    let identity = try Environment.identity(identity, in: own.book.keyring)
    guard !identity.card.isRevocation else {
      throw Failure(
        .refused, "\(identity.name) took the signing key back, so that nobody believes it",
        hint: "--sign-as NAME signs as another identity")
    }
    let key = try own.unlock(identity).signingKey
    do { return try JWS.Signer(key) } catch { throw Failure(error, naming: identity.name) }
  }
}

internal import Contacts
internal import DurableFiles

/// What the program takes from its surroundings.
enum Environment {
  /// The person's keyring.
  static func keyring() throws -> Keyring {
    guard let path = Keyring.standardPath(Platform.environment) else {
      throw Failure(
        .configuration, "neither VALISE_HOME nor HOME is set",
        hint: "VALISE_HOME names the directory of your keyring")
    }
    return Keyring(path: path)
  }
}

internal import ArgumentParser
internal import Contacts
internal import JOSE
internal import Secrets

/// The command valise secrets.
struct SecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets",
    abstract: "Seal the values of configuration files, and leave the rest readable.",
    discussion: """
      YAML, JSON, TOML, dotenv and INI files keep their keys, comments and layout; only values are \
      sealed, so that a diff shows what changed. A project's .valise/rules.toml says which files are \
      sealed, for whom, and what in them is secret.
      """,
    subcommands: [
      Encrypt.self, Decrypt.self, Get.self, Set.self, Unset.self, Check.self, Rekey.self,
      ShowRules.self, SecretsEdit.self, SecretsExec.self, SecretsDiff.self, SecretsMerge.self,
      SecretsGitSetup.self, SecretsCheckStaged.self,
    ])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise secrets --help lists them")
  }

  /// A path within a file, as people write it.
  static func path(_ text: String) throws -> SecretPath {
    do { return try SecretPath(parsing: text) } catch {
      throw Failure(
        .usage, "\(Text.shown(text)): \(Text.shown(error.reason))",
        hint: "a path is written like database/users[0]/password")
    }
  }

  static func patterns(_ texts: [String]) throws -> [PathPattern] {
    try texts.map { text in
      do throws(SecretsError) { return try PathPattern(text) } catch {
        throw Failure(.usage, "\(Text.shown(text)): \(Text.shown(error.reason))")
      }
    }
  }
}

internal import ArgumentParser

/// The command valise secrets.
struct SecretsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "secrets",
    abstract: "Keep encrypted values in YAML, JSON, TOML, dotenv and INI files.",
    subcommands: [
      SecretsEdit.self, SecretsExec.self, SecretsDiff.self, SecretsMerge.self,
      SecretsGitSetup.self, SecretsCheckStaged.self,
    ])

  func run() throws {
    throw Failure(.usage, "a command is missing", hint: "valise secrets --help lists them")
  }
}

internal import ArgumentParser
internal import Primitives
internal import Secrets

extension SecretsCommand {
  /// The command valise secrets decrypt.
  struct Decrypt: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "decrypt",
      abstract: "Print files as they were before they were sealed, to the byte.")

    @OptionGroup var output: SecretsOutputOptions

    @OptionGroup var options: SecretsOptions

    @Argument(help: "The files; - for standard input.")
    var files: [String]

    func run() throws {
      try output.check(files.count)
      let access = try options.access()
      let results = try files.map { path in
        let source = try access.read(path)
        try SecretsSigning.check(source, access.rules)
        return (source, try access.opened(source.file, name: source.path).decrypted)
      }
      for (source, text) in results {
        try output.write(text.withBytes { Array(copying: $0) }, for: source, access)
      }
    }
  }
}

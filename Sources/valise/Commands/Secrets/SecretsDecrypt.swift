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

    @Argument(
      help: "The files, or with -i directories of them; standard input if there is none named.")
    var files: [String] = []

    func run() throws {
      guard !output.isInPlace || !files.isEmpty else {
        throw Failure(
          .usage, "-i changes files, and none is named", hint: "name them, or a directory")
      }
      let access = try options.access()
      let paths = try output.files(files, access.rules) { directory in
        SealedTree(path: directory).files().filter(\.holdsSecrets).map(\.path)
      }
      try output.check(paths.count)
      let results = try paths.map { path in
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

internal import ArgumentParser
internal import DurableFiles

/// Where a command leaves its result.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp(
      "Write to a file, which must not exist; - for standard output, whatever it is.",
      valueName: "file"))
  var path: String?

  @Flag(help: "Replace the output if it exists.")
  var force = false

  /// The output, opened before any work is done; `input` is what is read meanwhile, and must be another
  /// file.
  func open(input: InputFile? = nil) throws -> Output {
    try Output(path, force: force, input: input)
  }
}

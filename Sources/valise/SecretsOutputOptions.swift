internal import ArgumentParser
internal import DurableFiles

/// Where a command that changes files of secrets leaves the result.
struct SecretsOutputOptions: ParsableArguments {
  @Flag(
    name: [.customShort("i"), .customLong("in-place")],
    help: "Change the files themselves.")
  var isInPlace = false

  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Write to a file, which must not exist.", valueName: "file"))
  var output: String?

  @Flag(help: "Replace the output if it exists.")
  var force = false

  /// - Throws: ``Failure`` unless it is clear where the results of so many files go.
  func check(_ count: Int) throws {
    guard !isInPlace || output == nil else {
      throw Failure(.usage, "-i and -o exclude each other")
    }
    guard isInPlace || count == 1 else {
      throw Failure(
        .usage, "\(count) files do not go to one output", hint: "-i changes the files themselves")
    }
  }

  func write(_ bytes: [UInt8], for source: SecretsAccess.Source, _ access: SecretsAccess) throws {
    guard isInPlace else {
      let output = try Output(output, force: force, input: source.input)
      try output.refuseControls { try $0.write(bytes.span) }
      return try output.write(bytes.span)
    }
    try access.write(bytes, to: source)
  }
}

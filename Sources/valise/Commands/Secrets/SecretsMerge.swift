internal import ArgumentParser
internal import DurableFiles
internal import JOSE
internal import Secrets

/// The command valise secrets merge.
struct SecretsMerge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Merge two versions of a file, value by value.",
    discussion: """
      The result takes the place of OURS. Exit status 0: all is merged. 1: the same values were \
      changed on both sides, and stand between conflict markers: in clear where your keys open the \
      file, else sealed. git calls it once valise secrets git-setup has told it to.
      """)

  @OptionGroup var options: SecretsOptions

  @Option(
    help: ArgumentHelp("What the file is called, for its format and messages.", valueName: "path"))
  var path: String?

  @Argument(help: "The common ancestor.") var base: String
  @Argument(help: "Our version, which the result replaces.") var ours: String
  @Argument(help: "Their version.") var theirs: String

  private var name: String { path ?? ours }

  func run() throws {
    let texts: [[UInt8]]
    do throws(FileError) {
      texts = try [base, ours, theirs].map { (path) throws(FileError) in
        try InputFile(regularFile: path).readAll(limit: 1 << 30)
      }
    } catch { throw Failure(reading: error) }
    let format = format(of: texts)
    guard let result = try merge(texts, format) else { return try mergeText() }
    switch result {
    case .clean(let bytes):
      guard bytes != texts[1] else { return }
      try FileReplacement.write(bytes, to: ours)
      try tellOfSignature(bytes, texts[1], format)
    case .conflict(let bytes, let paths):
      try FileReplacement.write(bytes, to: ours)
      say(paths)
      throw ExitCode(1)
    }
  }

  /// nil for what is none; rules that cannot be read, as during a merge of their own, say nothing.
  private func format(of texts: [[UInt8]]) -> FileFormat? {
    let rules = try? ProjectRules(Environment.addressBook())
    return options.format ?? (try? rules?.rule(for: name))?.format ?? FileFormat(fileName: name)
      ?? texts.lazy.compactMap(FileFormat.init(ofSealed:)).first
  }

  /// What was signed is another file now, and only its signer can sign that.
  private func tellOfSignature(
    _ merged: [UInt8], _ ours: [UInt8], _ format: FileFormat?
  ) throws {
    guard let format, let before = try? SecretFile(ours, format: format),
      SecretsSigning.isSigned(before),
      let after = try? SecretFile(merged, format: format), !SecretsSigning.isSigned(after)
    else { return }
    Console.warning("\(Text.shown(name)): is not signed any more, for its values changed")
  }

  /// Merges the base, ours and theirs; nil for files that have nothing sealed.
  ///
  /// What goes wrong becomes a conflict over the whole file: git takes any failure for a conflict, and
  /// would leave our version without a mark in it, as if theirs had never been.
  private func merge(_ texts: [[UInt8]], _ format: FileFormat?) throws -> Merge? {
    let whole = Merge.conflict(ours: texts[1], theirs: texts[2])
    guard let format else { return nil }
    let files: [SecretFile?]
    do throws(SecretsError) {
      files = try texts.enumerated().map { (index, bytes) throws(SecretsError) in
        // git has an empty ancestor for a file that both sides added.
        index == 0 && bytes.isEmpty ? nil : try SecretFile(bytes, format: format)
      }
    } catch {
      guard texts.contains(where: SealedMark.isIn) else { return nil }
      Console.warning("\(Text.shown(name)): \(Text.shown(error.reason))")
      return whole
    }
    let present = files.compactMap { $0 }
    guard present.contains(where: \.isSealed), let ours = files[1], let theirs = files[2] else {
      return nil
    }
    guard present.allSatisfy(\.isSealed) else {
      Console.warning("\(Text.shown(name)): only some of the versions are sealed")
      return whole
    }
    do {
      return try SealedVersions(base: files[0], ours: ours, theirs: theirs, name: name)
        .merge(options.access())
    } catch let error as Failure {
      Console.warning(error.message)
      return whole
    }
  }

  /// As git merges any text, in place.
  private func mergeText() throws {
    let words = ["git", "merge-file", "-L", "ours", "-L", "base", "-L", "theirs"]
    do {
      let outcome = try Subprocess.run(words + [ours, base, theirs], limit: 0)
      guard outcome.ending == .exited(0) else { throw ExitCode(1) }
    } catch let error as FileError { throw Failure(reading: error) }
  }

  private func say(_ paths: [SecretPath]) {
    let list = paths.map { "'\(Text.shown($0.description))'" }.joined(separator: ", ")
    Console.error(
      "\(Text.shown(name)): conflict in \(paths.isEmpty ? "the whole file" : list)")
    Console.hint(
      "resolve it between the markers; valise secrets encrypt -i seals what stands in clear then")
  }
}

internal import DurableFiles

/// A file written anew in the place of an old one.
enum FileReplacement {
  /// Puts `bytes` in the place of the file at `path`, whole or not at all; permissions and symbolic
  /// links stay.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      let old = try InputFile(regularFile: path)
      let staged = try StagedFile(path: path, existing: .replace)
      try staged.write(bytes.span)
      try staged.takePermissions(of: old)
      try staged.commit()
    } catch { throw Failure(writing: error) }
  }

  /// Likewise, unless the file is another by now than the `version` that was read as `input`.
  static func write(
    _ bytes: [UInt8], to path: String, of input: InputFile, _ version: FileVersion
  ) throws {
    let replacement = try Replacement(of: [path])
    try replacement.add(path, of: input, version) { try $0.write(bytes.span) }
    try replacement.commit()
  }
}

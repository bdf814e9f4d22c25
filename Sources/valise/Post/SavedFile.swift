internal import DurableFiles
internal import Post

/// A file that is called as a sender called it, or nearly so where that name is taken.
final class SavedFile {
  let staged: StagedFile
  let byteCount: Int
  /// What it is called.
  private(set) var name: String
  private let safeName: String
  private let place: String
  private var number = 1

  /// Opens one for `attachment`, which appears when it is placed.
  ///
  /// - Throws: ``Failure`` when nothing can be made in `directory`.
  init(_ attachment: Attachment, in directory: OutputDirectory) throws {
    byteCount = attachment.byteCount
    safeName = SafeName.of(attachment.name)
    place = directory.path
    name = safeName
    do { staged = try StagedFile(in: directory) } catch { throw Failure(writing: error) }
  }

  /// Gives all of `files` their names: all of them, or none.
  static func place(_ files: [SavedFile]) throws {
    do { for file in files { try file.appear() } } catch {
      for file in files { file.staged.takeBack() }
      throw error
    }
  }

  /// Takes the first name that is free; what has one, be it a link or a directory, is left as it is.
  private func appear() throws {
    while number <= 10_000 {
      do throws(FileError) {
        try staged.rename(to: name)
        return try staged.commit()
      } catch {
        guard [.exists, .wrongKind].contains(error.code) else { throw Failure(writing: error) }
      }
      number += 1
      name = SafeName.numbered(safeName, number)
    }
    throw Failure(
      .cannotCreate, "\(Text.shown(place)): has ten thousand files called \(safeName)")
  }
}

internal import Contacts
internal import JOSE
internal import Secrets

/// Three versions of a sealed file that are to be merged.
struct SealedVersions {
  /// nil where both sides added the file.
  let base: SecretFile?
  let ours: SecretFile
  let theirs: SecretFile
  let name: String

  private struct Opened {
    var base: OpenedFile?
    var ours: OpenedFile
    let theirs: OpenedFile
  }

  /// Merges value by value with the keys that there are, else what can be merged without.
  func merge(_ access: SecretsAccess) throws -> Merge {
    let opened: Opened
    do { opened = try open(access) } catch let error as Failure
      where [.noKey, .usage].contains(error.status)
    {
      Console.warning("\(error.message); merging without a key")
      do { return try .mergingWithoutKey(base: base, ours: ours, theirs: theirs) } catch {
        throw Failure(error, naming: name)
      }
    }
    do {
      let ours = try readable(opened, access)
      return try .merging(base: opened.base, ours: ours, theirs: opened.theirs)
    } catch let error as SecretsError {
      let failure = Failure(error, naming: name)
      guard error.code == .conflict else { throw failure }
      Console.warning(failure.message)
      return .conflict(ours: Self.legible(opened.ours), theirs: Self.legible(opened.theirs))
    }
  }

  private static func legible(_ file: OpenedFile) -> [UInt8] {
    file.legible.withBytes { Array(copying: $0) }
  }

  /// The versions opened: those that were sealed before one joined, with the key of the others.
  private func open(_ access: SecretsAccess) throws -> Opened {
    var refusal: Failure?
    var opened: [OpenedFile?] = []
    let files = [base, ours, theirs]
    for file in files {
      do { opened.append(try file.map { try access.opened($0, name: name) }) } catch let error
        as Failure where error.status == .noKey
      {
        refusal = error
        opened.append(nil)
      }
    }
    for (index, file) in files.enumerated() where opened[index] == nil {
      guard let file else { continue }
      for other in opened.compactMap({ $0 }) where opened[index] == nil {
        opened[index] = try opening(file, withKeyOf: other)
      }
      if opened[index] == nil, let refusal { throw refusal }
    }
    guard let ours = opened[1], let theirs = opened[2] else {
      throw Failure(.noKey, "\(Text.shown(name)): no key opens all versions")
    }
    return Opened(base: opened[0], ours: ours, theirs: theirs)
  }

  /// nil for a file of another key.
  private func opening(_ file: SecretFile, withKeyOf other: OpenedFile) throws -> OpenedFile? {
    do { return try file.opened(withKeyOf: other) } catch {
      guard error.code == .blockMismatch else { throw Failure(error, naming: name) }
      return nil
    }
  }

  /// Our version, sealed for whom the merge is for where neither version is.
  ///
  /// Where both sides added readers, their cards are needed to wrap the key for all.
  private func readable(_ opened: Opened, _ access: SecretsAccess) throws -> OpenedFile {
    let keys = try [base, ours, theirs].map { try $0?.wrappedKey }
    guard keys[1] != keys[2], keys[0] != keys[1], keys[0] != keys[2] else { return opened.ours }
    let readers = try MergedReaders(base: base, ours: ours, theirs: theirs)
    guard !readers.areThose(of: ours), !readers.areThose(of: theirs),
      let keyIDs = readers.keyIDs
    else { return opened.ours }
    let owners = try access.own.book.owners(of: keyIDs)
    let names = keyIDs.compactMap { owners[$0] }
    // Without a card there is nothing to wrap it for: the merge says so.
    guard names.count == keyIDs.count else { return opened.ours }
    let recipients = try RecipientResolver.resolve(
      names, files: [], in: access.own.book, quiet: true)
    let rekeyed = try opened.ours.rekeyed(for: recipients)
    return try access.opened(
      SecretFile(rekeyed.bytes, format: ours.format), name: name)
  }
}

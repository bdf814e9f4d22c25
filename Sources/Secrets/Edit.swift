public import JOSE
internal import Primitives

extension OpenedFile {
  /// The file sealed again after its clear text was edited.
  ///
  /// Values that did not change keep their seals, so that a diff shows what changed, and the digest.
  ///
  /// - Parameter bytes: the whole file in clear, as ``decrypted`` with changes.
  /// - Returns: the sealed file; the very same one when nothing changed.
  /// - Throws: ``SecretsError`` as ``SecretFile/init(_:format:)`` and
  ///   ``SecretFile/encrypted(for:selection:)``.
  public func edited(to bytes: [UInt8]) throws(SecretsError) -> [UInt8] {
    guard bytes != clearBytes else { return file.bytes }
    let clear = try SecretFile(bytes, format: file.format)
    guard !clear.isSealed else {
      throw SecretsError(.blockMismatch, "the edited text has a valise block of its own")
    }
    var sealer = Sealer(key: key, random: .system)
    sealer.reuse(self)
    return try sealer.seal(
      clear,
      Sealer.BlockParts(
        key: block.key, selection: block.selection, digest: (digest, block.digest),
        signature: block.signature))
  }

  /// The file with other values sealed: those that `selection` means, and no others.
  ///
  /// - Throws: ``SecretsError`` `nothingToSeal` when that is none.
  public func selecting(_ selection: Selection) throws(SecretsError) -> [UInt8] {
    guard selection != block.selection else { return file.bytes }
    var sealer = Sealer(key: key, random: .system)
    sealer.reuse(self)
    return try sealer.seal(
      SecretFile(clearBytes, format: file.format),
      Sealer.BlockParts(key: block.key, selection: selection, digest: (digest, block.digest)))
  }

  /// How a value is written that takes another's place, or is new.
  public enum Writing: Sendable, Hashable {
    /// A number, a truth value or a date where one stood and the text is one; else a string.
    case asBefore
    /// A string, whatever stood there.
    case string
    /// A number, a truth value or a null; in formats that know texts alone, a text.
    case bare
  }

  /// The file with the value at `path` replaced, or added beside the others of its mapping.
  ///
  /// - Throws: ``SecretsError`` `noSuchPath` when there is no mapping to add to, `unsupported` for
  ///   text that the format cannot hold there.
  public func setting(
    _ path: SecretPath, to text: [UInt8], writing: Writing = .asBefore
  ) throws(SecretsError) -> [UInt8] {
    let clear = try clearDocument()
    let splice = try splice(setting: path, to: text, writing, in: clear)
    let bytes = clear.bytes.applying([splice])
    let again = try rescanned(bytes, path)
    guard let token = again.token(at: path),
      try file.format.syntax.text(of: token, in: again) == text,
      writing != .bare || token.kind == file.format.syntax.kind(ofBare: text),
      clear.content(without: path) == again.content(without: path)
    else {
      throw SecretsError(
        .unsupported, "the value at '\(path)' cannot be written; edit the file", path: path)
    }
    return try edited(to: bytes)
  }

  /// The file after a change at `path`, if it is one still.
  private func rescanned(
    _ bytes: [UInt8], _ path: SecretPath
  ) throws(SecretsError) -> ScannedDocument {
    let again: ScannedDocument
    do { again = try file.format.syntax.scan(bytes) } catch {
      throw SecretsError(
        .unsupported, "'\(path)' cannot be changed alone: \(error.reason)", path: path,
        underlying: error)
    }
    guard again.block == nil else {
      throw SecretsError(.unsupported, "the key 'valise' is for the block", path: path)
    }
    return again
  }

  /// `text` as it is written in the place of `old`.
  private func written(
    _ text: [UInt8], _ writing: Writing, over old: SecretToken?, in clear: ScannedDocument
  ) throws(SecretsError) -> [UInt8] {
    let syntax = file.format.syntax
    let kind = syntax.kind(ofBare: text)
    let isBare =
      switch writing {
      case .asBefore: old.map { $0.kind != .string && $0.kind == kind } ?? false
      case .string: false
      case .bare: kind != .string
      }
    guard isBare else { return try syntax.string(text, like: old.map { clear.source($0) }) }
    guard kind != nil else {
      throw SecretsError(
        .unsupported, "the format has no '\(String(decoding: text, as: UTF8.self))'")
    }
    return text
  }

  private func splice(
    setting path: SecretPath, to text: [UInt8], _ writing: Writing, in clear: ScannedDocument
  ) throws(SecretsError) -> Splice {
    let syntax = file.format.syntax
    let old = clear.token(at: path)
    let value = try written(text, writing, over: old, in: clear)
    if let old { return Splice(range: old.range, text: value) }
    if let place = clear.mark(at: path)?.place, clear.mark(at: path)?.kind == .empty {
      let gap = syntax.gap(after: clear.bytes[..<place.lowerBound])
      return Splice(range: place, text: gap + value)
    }
    let sibling = clear.tokens.last { $0.path.parent == path.parent && $0.path.lastKey != nil }
    let empty = clear.mark(at: path.parent).flatMap { $0.kind == .emptyMapping ? $0 : nil }
    let entry = NewEntry(
      path: path, value: value, sibling: sibling, place: clear.places[path.parent], empty: empty)
    guard let splice = try syntax.splice(entry, into: clear) else {
      throw SecretsError(
        .noSuchPath, "there is no place to add '\(path)' to; edit the file", path: path)
    }
    return splice
  }

  /// The file without the value at `path` and its key.
  ///
  /// - Throws: ``SecretsError`` `noSuchPath`; `unsupported` where more than the key would have to
  ///   change; `nothingToSeal` when no sealed value is left.
  public func unsetting(_ path: SecretPath) throws(SecretsError) -> [UInt8] {
    let clear = try clearDocument()
    let token = clear.token(at: path)
    let mark = clear.marks.first { $0.path == path && $0.entry != nil }
    guard token != nil || clear.mark(at: path) != nil else { throw Self.missing(path) }
    guard let entry = token?.entry ?? mark?.entry else {
      throw SecretsError(
        .unsupported, "'\(path)' is part of a list or of a line; edit the file", path: path)
    }
    let bytes = clear.bytes.applying([Splice(range: entry, text: [])])
    guard try rescanned(bytes, path).content(without: path) == clear.content(without: path) else {
      throw SecretsError(
        .unsupported, "'\(path)' cannot be removed alone; edit the file", path: path)
    }
    return try edited(to: bytes)
  }
}

extension ScannedDocument {
  /// All that a file says but for the value at `path` and the emptiness of what holds it.
  ///
  /// Positions do not count: those after a removed one move up.
  fileprivate func content(without path: SecretPath) -> [[UInt8]: Int] {
    var content: [[UInt8]: Int] = [:]
    for token in tokens where token.path != path {
      content[token.path.binding + [0] + source(token), default: 0] += 1
    }
    for mark in marks where mark.path != path && mark.path != path.parent {
      content[mark.path.binding + [0, 0] + mark.text, default: 0] += 1
    }
    return content
  }
}

extension OpenedFile {
  /// A file that was sealed for others.
  public struct Rekeyed: Sendable {
    /// The file.
    public let bytes: [UInt8]
    /// Whether everything was sealed anew under a new key.
    public let hasNewKey: Bool
    /// The `kid` of those who could open the file and no longer can.
    public let removed: [String]
    /// What those who were removed may know.
    public let exposed: [SecretPath]
  }

  /// The file sealed for `recipients` instead of those it has.
  ///
  /// When somebody is removed, or may be because a recipient is hidden, a new key seals all values
  /// anew; rotating does so in any case. Otherwise the values stay as they are, but for those that
  /// `selection` adds or leaves out.
  ///
  /// - Parameters:
  ///   - recipients: who can open it from now on.
  ///   - selection: what is secret from now on; nil for what the block says.
  ///   - isRotating: whether a new key seals all in any case.
  /// - Returns: the file, and what became of it.
  /// - Throws: ``SecretsError`` `nothingToSeal` when `selection` matches no value; `internalFailure`.
  public func rekeyed(
    for recipients: [JWE.Recipient], selection: Selection? = nil,
    rotating isRotating: Bool = false
  ) throws(SecretsError) -> Rekeyed {
    let old = try file.recipients().map(\.keyID)
    let names = Set(recipients.compactMap(\.keyID).map { Array($0.utf8) })
    let removed = old.compactMap { $0 }.filter { !names.contains(Array($0.utf8)) }
    let isUnchanged = removed.isEmpty && old.count == recipients.count && !old.contains(nil)
    if isUnchanged, !isRotating {
      return Rekeyed(
        bytes: try selecting(selection ?? block.selection), hasNewKey: false, removed: [],
        exposed: [])
    }
    let needsNewKey = isRotating || !removed.isEmpty || old.contains(nil)
    let key = needsNewKey ? try DataKey.random(.system) : self.key
    var sealer = Sealer(key: key, random: .system)
    var parts = Sealer.BlockParts(
      key: try key.wrapped(for: recipients, .system), selection: selection ?? block.selection,
      digest: nil)
    if !needsNewKey {
      sealer.reuse(self)
      parts.digest = (digest, block.digest)
    }
    let bytes = try sealer.seal(SecretFile(clearBytes, format: file.format), parts)
    return Rekeyed(
      bytes: bytes, hasNewKey: needsNewKey, removed: removed,
      exposed: removed.isEmpty ? [] : file.sealedPaths)
  }
}

public import Primitives

extension OpenedFile {
  /// A value of the file in clear.
  public struct Value: Sendable {
    /// What a reader of the format makes of a value.
    public enum Kind: Sendable {
      case string
      /// A number, a truth value, a date or a null as it is written.
      case bare
      /// Nothing is written there, which is a null.
      case null
      case emptyMapping, emptyList
    }

    /// Where it stands.
    public let path: SecretPath
    /// What it means, with quotes and escapes of the format resolved; empty where nothing is written.
    public let text: SecretBytes
    /// What it is.
    public let kind: Kind

    init(_ path: SecretPath, _ text: SecretBytes, _ kind: Kind) {
      self.path = path
      self.text = text
      self.kind = kind
    }
  }

  /// All values in the order of the file, those that are not secret too, as a program reads them:
  /// aliases and merge keys of YAML stand for what they name.
  ///
  /// - Throws: ``SecretsError`` `unsupported` for an alias within what it names, `limitExceeded` when
  ///   aliases make more values than a file may have.
  public func texts() throws(SecretsError) -> [Value] {
    let clear = try clearDocument()
    let texts = try file.format.syntax.texts(in: clear, of: clear.tokens)
    let values = zip(clear.tokens, texts).map { token, text in
      (
        token.range.lowerBound,
        Value(
          token.path, SecretBytes(copying: text.span), token.kind == .string ? .string : .bare)
      )
    }
    var resolver = AliasResolver(values, clear.marks, file.format)
    return try resolver.resolved()
  }

  /// The text of the value at `path`, with quotes and escapes of the format resolved.
  ///
  /// - Throws: ``SecretsError`` `noSuchPath`; as ``texts()`` for one that an alias stands for.
  public func text(at path: SecretPath) throws(SecretsError) -> SecretBytes {
    let clear = try clearDocument()
    if let token = clear.token(at: path) {
      var text = try file.format.syntax.text(of: token, in: clear)
      return SecretBytes(wiping: &text)
    }
    guard !clear.marks.isEmpty, let value = try texts().first(where: { $0.path == path }),
      value.kind != .emptyMapping, value.kind != .emptyList
    else { throw Self.missing(path) }
    return value.text
  }
}

extension SealBlock {
  /// Reads the block of `document`; nil when it has none.
  ///
  /// - Throws: ``SecretsError`` `malformed`, `unsupported` for a later version.
  init?(_ document: ScannedDocument, _ format: FileFormat) throws(SecretsError) {
    guard let place = document.block else { return nil }
    var members = BlockMembers()
    for token in place.tokens {
      try members.add(token, text: format.syntax.text(of: token, in: document))
    }
    let key = place.keyObject.map { Array(document.bytes[$0]) } ?? Array(members.key.joined())
    guard members.version == Array("\(Self.version)".utf8) else {
      throw SecretsError(
        members.version.isEmpty ? .malformed : .unsupported,
        "the valise block is not of version \(Self.version)")
    }
    guard !key.isEmpty, !members.digest.isEmpty else {
      throw SecretsError(.malformed, "the valise block has no key or no digest")
    }
    let selection = Selection(
      only: try members.patterns(members.only), except: try members.patterns(members.except))
    try self.init(key: key, selection: selection, digest: members.digest)
    signature = members.signature
  }
}

/// The texts of a block, gathered one by one.
private struct BlockMembers {
  var version: [UInt8] = []
  var digest: [UInt8] = []
  var signature: [UInt8]?
  var key: [[UInt8]] = []
  var only: [[UInt8]] = []
  var except: [[UInt8]] = []

  mutating func add(_ token: SecretToken, text: [UInt8]) throws(SecretsError) {
    let steps = token.path.components.dropFirst()
    guard case .key(let name) = steps.first else { throw unknown(token) }
    switch (String(decoding: name, as: UTF8.self), steps.count) {
    case ("version", 1): version = text
    case ("digest", 1): digest = text
    case ("signature", 1): signature = text
    case ("key", 2): try append(text, to: &key, token)
    case ("only", 2): try append(text, to: &only, token)
    case ("except", 2): try append(text, to: &except, token)
    default: throw unknown(token)
    }
  }

  /// Elements come in order; a gap or a stranger means that a line was lost.
  private func append(
    _ text: [UInt8], to list: inout [[UInt8]], _ token: SecretToken
  ) throws(SecretsError) {
    guard token.path.components.last == .index(list.count) else { throw unknown(token) }
    list.append(text)
  }

  private func unknown(_ token: SecretToken) -> SecretsError {
    SecretsError(
      .malformed, "the valise block has no place for '\(token.path)'", path: token.path)
  }

  func patterns(_ texts: [[UInt8]]) throws(SecretsError) -> [PathPattern] {
    var patterns: [PathPattern] = []
    for text in texts {
      patterns.append(try PathPattern(String(decoding: text, as: UTF8.self)))
    }
    return patterns
  }
}

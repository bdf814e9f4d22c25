/// Public keys as OpenSSH writes them, a line each: kind, base64 and a comment (RFC 4253 §6.6,
/// RFC 5656 §3.1, RFC 8709 §4).
package enum OpenSSH {
  private static let textLimit = 1 << 20
  private static let keyLimit = 1024
  /// Of an RSA key of 16,384 bits and a comment of a kilobyte, doubled.
  private static let lineLimit = 8192

  /// Whether a line of `text` has a word as the kinds of OpenSSH's keys begin.
  package static func isPresent(in text: Span<UInt8>) -> Bool {
    text.lines.contains { line in
      words(text.extracting(line)).contains { word in
        let word = text.extracting(line.lowerBound + word.lowerBound..<line.upperBound)
        return word.hasPrefix("ssh-") || word.hasPrefix("ecdsa-sha2-") || word.hasPrefix("sk-")
      }
    }
  }

  /// The keys of a `.pub` or an `authorized_keys` file; blank lines and `#` comments are passed over.
  ///
  /// - Throws: ``PrimitiveError``, naming the line: `invalidKey` for what is not a plain RSA, ECDSA or
  ///   Ed25519 key, `invalidEncoding`, `limitExceeded` for more than 1,024 keys or 1 MiB.
  package static func keys(in text: Span<UInt8>) throws(PrimitiveError) -> [ImportedKey] {
    guard text.count <= textLimit else {
      throw PrimitiveError(.limitExceeded, "a text of keys has no more than \(textLimit) bytes")
    }
    var keys: [ImportedKey] = []
    for (index, range) in text.lines.enumerated() {
      let line = text.extracting(range)
      guard let first = words(line).first, line[first.lowerBound] != UInt8(ascii: "#") else {
        continue
      }
      do throws(PrimitiveError) { keys.append(try key(line)) } catch {
        throw PrimitiveError(error.code, "line \(index + 1): \(error.reason)")
      }
      guard keys.count <= keyLimit else {
        throw PrimitiveError(.limitExceeded, "there are more than \(keyLimit) keys")
      }
    }
    guard !keys.isEmpty else { throw PrimitiveError(.invalidKey, "there is no key") }
    return keys
  }

  private static func key(_ line: Span<UInt8>) throws(PrimitiveError) -> ImportedKey {
    guard line.count <= lineLimit else {
      throw PrimitiveError(.limitExceeded, "it is longer than \(lineLimit) bytes")
    }
    let words = words(line)
    let texts = words.map { [UInt8](copying: line.extracting($0)) }
    guard let kind = Kind(texts[0]) else { throw refusal(texts) }
    guard texts.count > 1 else { throw PrimitiveError(.invalidKey, "the key is missing") }
    return try key(kind, Base64.decode(line.extracting(words[1])))
  }

  private static func key(
    _ kind: Kind, _ bytes: [UInt8]
  ) throws(PrimitiveError) -> ImportedKey {
    var reader = SSHReader(bytes)
    // The kind stands outside for people and inside for programs; both must mean the same.
    guard try Kind(reader.string()) == kind else {
      throw PrimitiveError(.invalidKey, "the key is of another kind than its line says")
    }
    let key: ImportedKey
    switch kind {
    case .rsa:
      let e = try reader.positiveNumber()
      let n = try reader.positiveNumber()
      key = .rsaPublic(try RSAPublicKey(n: n, e: e))
    case .p256: key = .nistPublic(try reader.point(.p256, named: "nistp256"))
    case .p384: key = .nistPublic(try reader.point(.p384, named: "nistp384"))
    case .p521: key = .nistPublic(try reader.point(.p521, named: "nistp521"))
    case .ed25519:
      key = .edwardsPublic(try EdwardsPublicKey(.ed25519, x: reader.string()))
    }
    try reader.checkEnd()
    return key
  }

  private enum Kind: String, CaseIterable {
    case rsa = "ssh-rsa"
    case p256 = "ecdsa-sha2-nistp256"
    case p384 = "ecdsa-sha2-nistp384"
    case p521 = "ecdsa-sha2-nistp521"
    case ed25519 = "ssh-ed25519"

    init?(_ name: [UInt8]) {
      guard let kind = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(name) }) else {
        return nil
      }
      self = kind
    }
  }

  /// What to say of a line that begins with another word than a kind of key.
  private static func refusal(_ words: [[UInt8]]) -> PrimitiveError {
    let first = words[0]
    let reason =
      if first.reversed().starts(with: "-cert-v01@openssh.com".utf8.reversed()) {
        "an OpenSSH certificate is not a key; the .pub file beside it has one"
      } else if first.starts(with: "sk-".utf8) {
        "a key on a security token only signs for OpenSSH"
      } else if first.elementsEqual("ssh-dss".utf8) {
        "DSA keys do not encrypt"
      } else if words.dropFirst().contains(where: { Kind($0) != nil }) {
        "options stand before the key; the kind of key comes first"
      } else {
        "it does not begin with a kind of OpenSSH key that is known"
      }
    return PrimitiveError(.invalidKey, reason)
  }

  /// Where the words are, apart by spaces and tabs.
  private static func words(_ line: Span<UInt8>) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start: Int?
    for index in 0...line.count {
      let isSpace = index == line.count || line[index] == 0x20 || line[index] == 0x09
      if isSpace, let begun = start {
        words.append(begun..<index)
        start = nil
      } else if !isSpace, start == nil {
        start = index
      }
    }
    return words
  }
}

/// The fields of a key in SSH's wire format (RFC 4251 §5).
private struct SSHReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  /// A count of four bytes, and as many bytes.
  mutating func string() throws(PrimitiveError) -> [UInt8] {
    let prefix = rest.prefix(4)
    let count = prefix.reduce(0) { $0 << 8 | Int($1) }
    guard prefix.count == 4, rest.count - 4 >= count else {
      throw PrimitiveError(.invalidKey, "the key ends too soon")
    }
    rest = rest.dropFirst(4)
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// An `mpint` over zero, without the zero byte that keeps its sign.
  mutating func positiveNumber() throws(PrimitiveError) -> [UInt8] {
    let bytes = try string()
    let isNegative = bytes.first.map { $0 & 0x80 != 0 } ?? false
    let isPadded = bytes.first == 0
    // The zero byte stands there only where the number would be negative without it.
    let isMinimal = !isPadded || (bytes.dropFirst().first ?? 0) & 0x80 != 0
    guard !bytes.isEmpty, !isNegative, isMinimal else {
      throw PrimitiveError(.invalidKey, "a number of the key is not positive or not minimal")
    }
    return isPadded ? Array(bytes.dropFirst()) : bytes
  }

  /// A curve's name and an uncompressed point (SEC 1 §2.3.3).
  mutating func point(
    _ curve: NISTCurve, named name: String
  ) throws(PrimitiveError) -> NISTPublicKey {
    guard try string().elementsEqual(name.utf8) else {
      throw PrimitiveError(.invalidKey, "the key is on another curve than its kind says")
    }
    let point = try string()
    let size = curve.coordinateByteCount
    guard point.count == 1 + 2 * size, point[0] == 0x04 else {
      throw PrimitiveError(.invalidKey, "the point is not uncompressed or has the wrong size")
    }
    return try NISTPublicKey(
      curve, x: Array(point[1...size]), y: Array(point[(size + 1)...]))
  }

  func checkEnd() throws(PrimitiveError) {
    guard rest.isEmpty else { throw PrimitiveError(.invalidKey, "something follows the key") }
  }
}

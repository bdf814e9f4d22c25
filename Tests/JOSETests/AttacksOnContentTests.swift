import JOSE
import Primitives
import Testing

/// Attacks on the ciphertext, its tag, its compression, and on what is shown before all holds.
@Suite struct AttacksOnContentTests {
  typealias Made = HandMadeEnvelope

  static let ciphers: [(String, AEAD)] = [
    ("A128GCM", .aes128GCM), ("A256GCM", .aes256GCM), ("XC20P", .xchacha20Poly1305),
    ("A128CBC-HS256", .aes128CBCHMACSHA256), ("A192CBC-HS384", .aes192CBCHMACSHA384),
    ("A256CBC-HS512", .aes256CBCHMACSHA512),
  ]

  private func made(
    _ name: String, _ cipher: AEAD, _ edit: @escaping (String, inout [UInt8]) -> Void
  ) throws -> [UInt8] {
    let key = SecretBytes(copying: [UInt8](repeating: 0x2A, count: cipher.keyByteCount).span)
    return try Made.with {
      $0.protected = #"{"enc":"\#(name)"}"#
      $0.cipher = cipher
      $0.contentKey = key
      $0.entry.encryptedKey = Made.wrapped(key)
      $0.edit = { members in
        for index in members.indices {
          let text = Array(members[index].value.utf8.dropFirst().dropLast())
          guard ["iv", "tag", "ciphertext"].contains(members[index].name),
            var octets = try? Base64URL.decode(text.span)
          else { continue }
          edit(members[index].name, &octets)
          members[index].value = "\"\(Made.encoded(octets))\""
        }
      }
    }
  }

  @Test("truncated and stretched tags are refused before any key is used", arguments: ciphers)
  func tagLength(_ name: String, _ cipher: AEAD) throws {
    #expect(Made.opens(try made(name, cipher) { _, _ in }))
    for count in 1...80 where count != cipher.tagByteCount {
      let text = try made(name, cipher) { name, octets in
        guard name == "tag" else { return }
        octets = Array((octets + [UInt8](repeating: 0, count: 64)).prefix(count))
      }
      #expect(refusal(text) == .malformed)
      #expect(refusal(text, with: []) == .malformed)
    }
  }

  @Test("initialization vectors of another size are refused", arguments: ciphers)
  func nonceLength(_ name: String, _ cipher: AEAD) throws {
    for count in [1, 8, 11, 12, 13, 15, 16, 17, 24, 32] where count != cipher.nonceByteCount {
      let text = try made(name, cipher) { name, octets in
        if name == "iv" { octets = [UInt8](repeating: 9, count: count) }
      }
      #expect(refusal(text) == .malformed)
    }
  }

  @Test("tag and iv of AES-GCM key wrap have 16 and 12 bytes")
  func keyWrapLengths() throws {
    func made(_ nonceCount: Int, _ tagCount: Int, _ keyCount: Int = 32) throws -> [UInt8] {
      let nonce = [UInt8](repeating: 1, count: 12)
      let sealer = try AEAD.aes256GCM.sealer(
        key: Made.wrappingKey, nonce: nonce.span, additionalData: [UInt8]().span)
      var wrapped: [UInt8] = []
      let contentKey = Made.contentKey.withBytes { [UInt8](copying: $0) }
      try sealer.update(contentKey.span, appendingTo: &wrapped)
      let tag = try sealer.finish(appendingTo: &wrapped)
      let padding = [UInt8](repeating: 1, count: 32)
      return try Made.with {
        let iv = Made.encoded(Array((nonce + padding).prefix(nonceCount)))
        let text = Made.encoded(Array((tag + padding).prefix(tagCount)))
        $0.entry.header = #"{"alg":"A256GCMKW","iv":"\#(iv)","tag":"\#(text)"}"#
        $0.entry.encryptedKey = Made.encoded(Array((wrapped + padding).prefix(keyCount)))
      }
    }
    #expect(Made.opens(try made(12, 16)))
    for count in [0, 1, 4, 8, 11, 13, 16] {
      #expect(refusal(try made(count, 16)) == .malformed)
    }
    for count in [0, 1, 4, 8, 12, 13, 14, 15, 17] {
      #expect(refusal(try made(12, count)) == .malformed)
    }
    for count in [1, 16, 31, 33, 48] { #expect(refusal(try made(12, 16, count)) == .malformed) }
  }

  @Test("a bad padding and a bad MAC are one error", arguments: ciphers)
  func oneError(_ name: String, _ cipher: AEAD) throws {
    var seen: Set<String> = []
    for position in [0, 7, 13, 15] {
      for (member, isLast) in [("ciphertext", false), ("ciphertext", true), ("tag", false)] {
        let text = try made(name, cipher) { name, octets in
          guard name == member, !octets.isEmpty else { return }
          octets[isLast ? octets.count - 1 : position % octets.count] ^= 0x80
        }
        let error = try #require(refusalError(text))
        #expect(error.code == .decryptionFailed)
        seen.insert(error.reason)
      }
    }
    // A ciphertext that is no whole number of blocks fails no other way.
    let ragged = try made(name, cipher) { name, octets in
      if name == "ciphertext" { octets.removeLast() }
    }
    seen.insert(refusalError(ragged)?.reason ?? "")
    #expect(refusal(ragged) == .decryptionFailed)
    #expect(seen.count == 1)
  }

  @Test("a padding that is wrong under a MAC that holds is the same error")
  func paddingUnderGoodMAC() throws {
    // The sender alone can make this one: it encrypts with a longer key stream of its own.
    let key = SecretBytes(copying: [UInt8](repeating: 0x2A, count: 32).span)
    let mac = key.extracting(0..<16)
    let protected = Made.encoded(#"{"enc":"A128CBC-HS256"}"#)
    let nonce = [UInt8](repeating: 9, count: 16)
    let ciphertext = [UInt8](repeating: 0x5C, count: 16)
    let input =
      Array(protected.utf8) + nonce + ciphertext + [0, 0, 0, 0, 0, 0]
      + [UInt8(protected.utf8.count * 8 >> 8), UInt8(protected.utf8.count * 8 & 0xFF)]
    let tag = Array(try HMAC.code(.sha256, key: mac, input.span).prefix(16))
    let text = try Made.with {
      $0.entry.encryptedKey = Made.wrapped(key)
      $0.edit = { members in
        members[0].value = "\"\(protected)\""
        for index in members.indices {
          switch members[index].name {
          case "iv": members[index].value = "\"\(Made.encoded(nonce))\""
          case "ciphertext": members[index].value = "\"\(Made.encoded(ciphertext))\""
          case "tag": members[index].value = "\"\(Made.encoded(tag))\""
          default: break
          }
        }
      }
    }
    let flipped = try made("A128CBC-HS256", .aes128CBCHMACSHA256) { name, octets in
      if name == "tag" { octets[0] ^= 1 }
    }
    let error = refusalError(text)
    #expect(error?.code == .decryptionFailed)
    #expect(error?.reason == refusalError(flipped)?.reason)
  }

  @Test("past the limit of its cipher a message is refused, sealing and opening")
  func cipherLimit() throws {
    #expect(AEAD.aes256GCM.maximumPlaintextByteCount == (1 << 36) - 32)
    #expect(ContentEncryptionAlgorithm.a128GCM.maximumPlaintextByteCount == (1 << 36) - 32)
    let limited = AEAD.aes256GCM.limited(to: 100)
    let nonce = [UInt8](repeating: 1, count: 12)
    let piece = [UInt8](repeating: 1, count: 50)
    let sealer = try limited.sealer(
      key: Made.contentKey, nonce: nonce.span, additionalData: [UInt8]().span)
    var output: [UInt8] = []
    try sealer.update(piece.span, appendingTo: &output)
    try sealer.update(piece.span, appendingTo: &output)
    #expect(throws: PrimitiveError.self) { try sealer.update([1].span, appendingTo: &output) }
    let opener = try limited.opener(
      key: Made.contentKey, nonce: nonce.span, additionalData: [UInt8]().span)
    #expect(throws: PrimitiveError.self) {
      try opener.update([UInt8](repeating: 0, count: 101).span, appendingTo: &output)
    }
    // A source that knows its size gets the cipher that can take it.
    struct Huge: ByteSource {
      var expectedByteCount: UInt64? { (1 << 36) - 31 }
      func read(upTo count: Int, into output: inout OutputSpan<UInt8>) throws(JOSEError) -> Int {
        0
      }
    }
    let shown = Shown()
    try JWE.encrypt(
      from: Huge(), into: shown, for: [JWE.Recipient(SymmetricJWK(Made.wrappingKey))])
    #expect(try JWE.Envelope(BytesInMemory(shown.bytes)).contentEncryptionName == "A256CBC-HS512")
  }

  @Test("one flipped bit at the end, and nothing is committed", arguments: [10, 1_000_000])
  func nothingCommitted(_ count: Int) throws {
    let plaintext = [UInt8](repeating: 7, count: count)
    let sealed = try Made.with { $0.plaintext = plaintext }
    let intact = BytesGathered()
    _ = try JWE.Envelope(BytesInMemory(sealed)).unlock(with: [Made.key]).decrypt(into: intact)
    #expect(intact.committed == plaintext)
    // The tag's first character: its last one has bits that must be zero.
    let text = String(decoding: sealed, as: UTF8.self)
    let tag = try #require(text.firstRange(of: "\"tag\":\""))
    var bent = sealed
    let offset = text.utf8.distance(from: text.startIndex, to: tag.upperBound)
    bent[offset] = bent[offset] == 0x41 ? 0x42 : 0x41
    let gathered = BytesGathered()
    let unlocked = try JWE.Envelope(BytesInMemory(bent)).unlock(with: [Made.key])
    #expect(failure { try unlocked.decrypt(into: gathered) } == .decryptionFailed)
    #expect(gathered.committed == nil)
    #expect(failure { try unlocked.verify() } == .decryptionFailed)
  }

  @Test("a file that changes between the passes shows nothing that did not hold")
  func changingFile() throws {
    let plaintext = (0..<900_000).map { UInt8(truncatingIfNeeded: $0 / 1000) }
    let sealed = try Made.with { $0.plaintext = plaintext }
    let start = sealed.count - 1_200_100
    for offset in [start + 100, start + 600_000, start + 1_199_900] {
      var later = sealed
      later[offset] = later[offset] == 0x41 ? 0x42 : 0x41
      let source = ShiftingBytes(sealed, later: later, watched: offset)
      let unlocked = try JWE.Envelope(source).unlock(with: [Made.key])
      // Finding the structure may have read the byte, too.
      source.readsBeforeChange = .max
      let verified = try unlocked.verify()
      source.readsBeforeChange = 0
      let shown = Shown()
      #expect(failure { try verified.emit(into: shown) } == .decryptionFailed)
      #expect(shown.bytes.count < plaintext.count)
      #expect(plaintext.starts(with: shown.bytes))
    }
    let shown = Shown()
    try JWE.Envelope(BytesInMemory(sealed)).unlock(with: [Made.key]).verify().emit(into: shown)
    #expect(shown.bytes == plaintext)
  }

  @Test("a file that is cut short between the passes is refused")
  func shrinkingFile() throws {
    final class Shrinking: RandomAccessBytes {
      let bytes: [UInt8]
      var end: Int
      init(_ bytes: [UInt8]) { (self.bytes, end) = (bytes, bytes.count) }
      var byteCount: UInt64 { UInt64(bytes.count) }
      func read(
        at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
      ) throws(JOSEError) -> Int {
        guard offset < UInt64(end) else { return 0 }
        let (bytes, range) = (bytes, Int(offset)..<min(end, Int(offset) + count))
        output.append(copying: bytes.span.extracting(range))
        return range.count
      }
    }
    let source = Shrinking(try Made.with { $0.plaintext = [UInt8](repeating: 1, count: 500_000) })
    let verified = try JWE.Envelope(source).unlock(with: [Made.key]).verify()
    source.end = 400_000
    let shown = Shown()
    #expect(failure { try verified.emit(into: shown) } == .malformed)
    #expect(shown.bytes.count < 500_000)
  }
}

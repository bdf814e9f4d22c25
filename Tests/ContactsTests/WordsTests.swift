import Foundation
import JOSE
import Primitives
import Testing
import Vectors

@testable import Contacts

@Suite struct WordListTests {
  @Test("the list is that of BIP-39, to the letter")
  func published() throws {
    let text = WordList.words.map { $0 + "\n" }.joined()
    let bytes = Array(text.utf8)
    let digest = try Hash.sha256.digest(bytes.span).map { String(format: "%02x", $0) }.joined()
    #expect(digest == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda")
    #expect(WordList.words.count == WordList.count)
  }

  @Test("words are short and told apart by four letters")
  func distinct() {
    #expect(WordList.words.allSatisfy { (3...8).contains($0.utf8.count) })
    #expect(Set(WordList.words.map { $0.prefix(4) }).count == WordList.count)
  }
}

@Suite struct GeneratedPassphraseTests {
  private func text(_ passphrase: SecretBytes) -> String {
    passphrase.withBytes { bytes in
      String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
    }
  }

  private func source(_ choices: [UInt16]) -> RandomSource {
    let bytes = choices.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    return RandomSource { (span: inout MutableSpan<UInt8>) throws(PrimitiveError) in
      guard span.count == bytes.count else {
        throw PrimitiveError(.randomUnavailable, "another size than the script's")
      }
      for index in bytes.indices { span[index] = bytes[index] }
    }
  }

  @Test("eleven bits choose a word, and the upper five of two bytes do not count")
  func chosen() throws {
    let indices: [UInt16] = [0, 1, 2047, 1024, 5, 77, 512, 1999, 3, 1500]
    let expected = "abandon-ability-zoo-length-absent-answer-divorce-wheat-about-romance"
    #expect(text(try GeneratedPassphrase.make(random: source(indices))) == expected)
    let upper = indices.map { $0 | 0xF800 }
    #expect(text(try GeneratedPassphrase.make(random: source(upper))) == expected)
  }

  @Test("ten words of the list, other ones each time")
  func fresh() throws {
    let known = Set(WordList.words)
    let texts = try (0..<100).map { _ in text(try GeneratedPassphrase.make()) }
    #expect(Set(texts).count == 100)
    for text in texts {
      let words = text.split(separator: "-").map(String.init)
      #expect(words.count == GeneratedPassphrase.wordCount)
      #expect(words.allSatisfy(known.contains))
      #expect((39...89).contains(text.utf8.count))
    }
  }

  @Test("without randomness there is no passphrase")
  func noRandomness() {
    let broken = RandomSource { (_: inout MutableSpan<UInt8>) throws(PrimitiveError) in
      throw PrimitiveError(.randomUnavailable, "none")
    }
    let error = #expect(throws: PrimitiveError.self) {
      try GeneratedPassphrase.make(random: broken)
    }
    #expect(error?.code == .randomUnavailable)
  }
}

// The constants come from Python, by
//
// ```
// digest = sha512(b"valise fingerprint v1\0" + b"".join(sorted(thumbprints))).digest()
// bits = int.from_bytes(digest, "big")
// words = [list[bits >> (512 - 11 * (i + 1)) & 2047] for i in range(12)]
// digits = ["%05d" % (int.from_bytes(digest[17 + 5*i:22 + 5*i], "big") % 100000) for i in range(8)]
// ```
@Suite struct FingerprintTests {
  /// RFC 8037, appendices A.2 and A.6; the former's thumbprint is in A.3.
  private static let ed25519 = #"{"kty":"OKP","crv":"Ed25519","x":"\#(xOfA2)"}"#
  private static let xOfA2 = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
  private static let x25519 =
    #"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#

  private func key(_ text: String) throws -> PublicJWK {
    try #require(JWK(parsing: Array(text.utf8)).publicKey)
  }

  @Test("one key and two have the words and digits that Python computes")
  func worked() throws {
    let (signing, encryption) = (try key(Self.ed25519), try key(Self.x25519))
    #expect(
      try Fingerprint(of: [signing]).description == """
        program stamp nothing coral  panda alert device session  transfer disease major palace
        22544 48619 11564 73072 82911 21192 20689 22455
        """)
    #expect(
      try Fingerprint(of: [encryption]).description == """
        reduce orphan prefer fossil  swap speed tray away  sphere tiny gospel west
        34995 10850 82299 43481 98968 85140 76455 64154
        """)
    #expect(
      try Fingerprint(of: [signing, encryption]).description == """
        pupil student run devote  couple pistol increase someone  issue fetch loop one
        78258 43232 40608 04001 93956 66236 83139 97927
        """)
  }

  @Test("neither order nor repetition nor what keys say of themselves matters")
  func invariance() throws {
    let (signing, encryption) = (try key(Self.ed25519), try key(Self.x25519))
    let both = try Fingerprint(of: [signing, encryption])
    #expect(try Fingerprint(of: [encryption, signing]) == both)
    #expect(try Fingerprint(of: [encryption, signing, encryption]) == both)
    var named = encryption
    named.metadata.keyID = "laptop"
    #expect(try Fingerprint(of: [signing, named]) == both)
  }

  @Test("other keys, more or fewer, have another fingerprint in both forms")
  func difference() throws {
    let keys = try (0..<3).map { _ in try PrivateJWK.generate(.x25519).publicKey }
    let fingerprints = try [
      Fingerprint(of: [keys[0]]), Fingerprint(of: [keys[1]]), Fingerprint(of: [keys[0], keys[1]]),
      Fingerprint(of: keys),
    ]
    #expect(Set(fingerprints).count == 4)
    #expect(Set(fingerprints.map(\.words)).count == 4)
    #expect(Set(fingerprints.map(\.digits)).count == 4)
    #expect(
      fingerprints.allSatisfy {
        $0.words.split(separator: " ").count == 12 && $0.digits.split(separator: " ").count == 8
      })
    let error = #expect(throws: ContactsError.self) { try Fingerprint(of: []) }
    #expect(error?.code == .unusableKey)
  }

  @Test("the worked fingerprint of the format page is that of its keys")
  func page() throws {
    let text = try FormatPage().text
    let fingerprint = try Fingerprint(of: [key(Self.ed25519), key(Self.x25519)])
    #expect(text.contains("words   = \(fingerprint.words)\n"))
    #expect(text.contains("digits  = \(fingerprint.digits)\n"))
  }
}

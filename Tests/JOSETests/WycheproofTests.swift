import JOSE
import Testing
import Vectors

@Suite(.withVectors) struct WycheproofTests {
  @Test("encrypted messages open, or are refused, as Wycheproof says")
  func encryption() throws {
    let file = try VectorFile(wycheproof: "json_web_encryption_test.json")
    let failures = file.failures { test in
      let message = try Array(test.text("jwe").utf8)
      let plaintext = test.expectation == .invalid ? nil : try test.hex("pt")
      return try Outcome.of(plaintext) {
        let key = try #require(test.value("private").key().decryptionKey)
        return try JWE.decrypt(message, with: [key]).plaintext
      }
    }
    #expect(failures == [])
  }

  @Test("signed messages verify, or are refused, as Wycheproof says")
  func signatures() throws {
    let file = try VectorFile(wycheproof: "json_web_signature_test.json")
    #expect(file.failures(verification) == [])
  }

  @Test("the signed messages that the table calls identical to a valid one are")
  func identical() throws {
    let tests = try VectorFile(wycheproof: "json_web_signature_test.json").tests
    let messages = try tests.filter { [357, 367, 370].contains($0.id) }.map { try $0.text("jws") }
    #expect(messages.count == 3)
    #expect(Set(messages).count == 1)
  }

  @Test("keys that are weak, malformed or for something else verify nothing")
  func keys() throws {
    let file = try VectorFile(wycheproof: "json_web_key_test.json")
    #expect(file.failures(verification) == [])
  }

  /// Verifies with the group's public keys, or with its shared ones where there are no public.
  private func verification(_ test: VectorTest) throws -> Outcome {
    let message = try test.text("jws")
    let keys = test.group["public"] ?? test.group["private"]
    let text = try #require(keys).json
    // A payload that verifies is the part between the dots, where that is base64url at all.
    let parts = message.split(separator: ".", omittingEmptySubsequences: false)
    let expected = parts.count == 3 ? try? bytes(base64URL: String(parts[1])) : nil
    return try Outcome.of(expected) {
      let set = try JWKSet(parsing: text)
      return try JWS.verify(Array(message.utf8), with: set.keys.map(\.verificationKey)).payload
    }
  }
}

/// Where the library departs, knowingly, from what a vector file expects.
package struct Departure: Sendable {
  /// Which tests a row is about.
  enum Selection: Sendable {
    /// These, and each of them departs.
    case tests([Int])
    /// All of the file's, and each of them departs.
    case all
    /// Those for which the rule holds; so many of them depart. The others among them expect what
    /// the library does.
    case rule(count: Int, @Sendable (VectorTest) -> Bool)
  }

  let file: String
  let selection: Selection
  /// What the library does instead.
  let ours: Outcome
  let reason: String

  private init(_ file: String, _ selection: Selection, _ ours: Outcome, _ reason: String) {
    self.file = file
    self.selection = selection
    self.ours = ours
    self.reason = reason
  }

  func covers(_ test: VectorTest) -> Bool {
    switch selection {
    case .tests(let ids): ids.contains(test.id)
    case .all: true
    case .rule(_, let holds): holds(test)
    }
  }

  /// What is wrong with the row, given the tests that departed under it.
  func problem(_ departed: Set<Int>, of tests: [VectorTest]) -> String? {
    let due: Int
    switch selection {
    case .tests(let ids):
      let idle = Set(ids).subtracting(departed)
      return idle.isEmpty ? nil : "\(idle.sorted()) do not depart"
    case .all: due = tests.count
    case .rule(let count, _): due = count
    }
    return departed.count == due ? nil : "\(departed.count) depart, not \(due)"
  }

  /// The files that have rows, in either table.
  package static let files = Set(table.map(\.file) + Choice.table.map(\.file))

  /// Every departure of every file.
  package static let table: [Departure] = primitives + wycheproof + cookbook

  private static let primitives: [Departure] = [
    .init(
      "aes_gcm_test.json", .rule(count: 113) { $0.group["ivSize"]?.integer != 96 }, .refused,
      "JOSE knows no initialization vector but that of 12 bytes (RFC 7518 §5.3)"),
    .init(
      "hmac_sha256_test.json", .rule(count: 33) { $0.group["tagSize"]?.integer != 256 },
      .refused, "JOSE knows no truncated HMAC (RFC 7518 §3.2)"),
    .init(
      "hmac_sha512_test.json", .rule(count: 33) { $0.group["tagSize"]?.integer != 512 },
      .refused, "JOSE knows no truncated HMAC (RFC 7518 §3.2)"),
    label("rsa_oaep_2048_sha1_mgf1sha1_test.json", count: 7),
    label("rsa_oaep_2048_sha256_mgf1sha256_test.json", count: 8),
    label("rsa_oaep_2048_sha384_mgf1sha384_test.json", count: 6),
    label("rsa_oaep_2048_sha512_mgf1sha512_test.json", count: 4),
    label("rsa_oaep_misc_test.json", count: 17),
    .init(
      "rsa_oaep_misc_test.json", .rule(count: 120) { $0.flags.contains("SmallModulus") },
      .refused, "JOSE takes no RSA key under 2,048 bits (RFC 7518 §4.3)"),
    .init(
      "rsa_oaep_misc_test.json", .rule(count: 30) { $0.group["sha"]?.string == "SHA-224" },
      .refused, "JOSE has no name for RSA-OAEP with SHA-224"),
    .init(
      "rsa_oaep_misc_test.json",
      .rule(count: 180) { $0.group["sha"]?.string != $0.group["mgfSha"]?.string }, .refused,
      "JOSE has no name for RSA-OAEP with one hash and MGF1 over another"),
  ]

  private static func label(_ file: String, count: Int) -> Departure {
    Departure(
      file, .rule(count: count) { $0.flags.contains("EncryptionWithLabel") }, .refused,
      "JOSE has no labels: OAEP's is always empty (RFC 7518 §4.3)")
  }

  private static let wycheproof: [Departure] = [
    .init(
      "json_web_encryption_test.json", .tests([22]), .accepted,
      "invalid only for a reader of the compact form: it is JSON, and good"),
    .init(
      "json_web_encryption_test.json", .tests(Array(100...105) + [112, 128]), .refused,
      "RSA1_5 is not implemented: it is an oracle waiting for a caller (RFC 7516 §11.5)"),
    .init(
      "json_web_encryption_test.json", .tests([135]), .refused,
      "compressed plaintexts are refused unless the policy allows them"),
    .init(
      "json_web_signature_test.json", .tests([346, 350]), .refused,
      "one key, one algorithm: the key says PS256, the header PS384"),
    .init(
      "json_web_signature_test.json", .tests([347, 351]), .refused,
      "one key, one algorithm: the key says ES521, which nobody registered"),
    .init(
      "json_web_signature_test.json", .tests([367, 370]), .accepted,
      "byte for byte the valid test 357: the padding that they are about was lost"),
    .init(
      "json_web_signature_test.json", .tests([372, 373]), .refused,
      "a question mark is no base64url (RFC 7515 §2)"),
    .init(
      "json_web_key_test.json", .tests([1]), .accepted,
      "sets may mix shared keys and key pairs: each key's type says what it is good for"),
  ]

  private static let cookbook: [Departure] = [
    .init(
      "jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json", .all, .refused,
      "RSA1_5 is not implemented: it is an oracle waiting for a caller (RFC 7516 §11.5)"),
    .init(
      "jwe/5_9.compressed_content.json", .all, .refused,
      "compressed plaintexts are refused unless the policy allows them"),
    .init(
      "jwe/5_12.protecting_content_only.json", .all, .refused,
      "an unprotected enc is refused unless the policy allows it"),
    .init(
      "jwe/5_13.encrypting_to_multiple_recipients.json", .tests([1]), .refused,
      "the first recipient's RSA1_5 is not implemented"),
    .init(
      "rfc7797/4.2.hmac-sha2_b64_false.json", .all, .refused,
      "the file is older than the RFC, which has b64 be critical (RFC 7797 §6)"),
  ]
}

/// What the library does where a file leaves it free ('acceptable').
///
/// The first row with one of a test's flags counts.
package struct Choice: Sendable {
  let file: String
  let flag: String
  let ours: Outcome
  /// How many tests fall under the row.
  let count: Int
  let reason: String

  private init(
    _ file: String, _ flag: String, _ ours: Outcome, count: Int, _ reason: String
  ) {
    self.file = file
    self.flag = flag
    self.ours = ours
    self.count = count
    self.reason = reason
  }

  /// Every choice of every file.
  package static let table: [Choice] = [
    .init(
      "aes_wrap_test.json", "ShortKey", .refused, count: 3,
      "RFC 3394 wraps two blocks or more, and no key of JOSE's has 8 bytes"),
    .init(
      "rsa_oaep_misc_test.json", "EncryptionWithLabel", .refused, count: 3,
      "JOSE has no labels: OAEP's is always empty"),
    .init(
      "rsa_signature_2048_sha256_test.json", "MissingNull", .refused, count: 1,
      "a signer has one way to write the digest's algorithm (RFC 8017 §9.2)"),
    .init(
      "x25519_jwk_test.json", "ZeroSharedSecret", .refused, count: 31,
      "a secret that everybody knows is none (RFC 7748 §6.1, RFC 8037 §3.2)"),
    .init(
      "x25519_jwk_test.json", "Twist", .accepted, count: 216,
      "X25519 is safe on the twist (RFC 7748 §7)"),
    .init(
      "x25519_jwk_test.json", "NonCanonicalPublic", .accepted, count: 7,
      "RFC 7748 §5 has implementations accept these values"),
    .init(
      "x448_jwk_test.json", "ZeroSharedSecret", .refused, count: 11,
      "a secret that everybody knows is none (RFC 7748 §6.2, RFC 8037 §3.2)"),
    .init(
      "x448_jwk_test.json", "Twist", .accepted, count: 230,
      "X448 is safe on the twist (RFC 7748 §7)"),
    .init(
      "x448_jwk_test.json", "NonCanonicalPublic", .accepted, count: 4,
      "RFC 7748 §5 has implementations accept these values"),
  ]
}

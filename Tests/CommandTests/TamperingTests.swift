import Foundation
import Testing
import Seeded

/// The built program on damaged files: 65 or 77, no output file, nothing on standard output.
///
/// A sealed file has no white space and no member that is not read, so nearly every change matters.
/// The exceptions are stated where they stand: the newline at the end; the names `commitment` and
/// `kid`, without which an envelope is still a whole one of another kind; and the entry of somebody
/// else. Those may open, but only to the very plaintext.
@Suite("Tampering with sealed files")
struct TamperingTests {
  @Test("a changed value of any member is refused", arguments: SealedSample.Kind.all)
  func changedValues(_ kind: SealedSample.Kind) throws {
    let sample = try SealedSample(kind)
    let text = String(decoding: sample.sealed, as: UTF8.self)
    let members = text.matches(of: /"([a-z_]+)":"([^"]*)"/)
    let names = Set(members.map(\.1))
    let expected: Set<Substring> = [
      "protected", "alg", "kid", "kty", "crv", "x", "encrypted_key", "commitment", "iv",
      "ciphertext", "tag",
    ]
    #expect(names == expected)
    let mine = sample.ownEntryStart(kind.shape)
    for member in members where !member.2.isEmpty {
      let start = text.utf8.distance(from: text.startIndex, to: member.2.startIndex)
      for offset in [start, start + member.2.utf8.count / 2, start + member.2.utf8.count - 1] {
        var damaged = sample.sealed
        damaged[offset] = damaged[offset] == UInt8(ascii: "A") ? UInt8(ascii: "B") : 0x41
        let violation = try sample.violation(damaged, mayOpen: sample.isOthers(offset, mine))
        #expect(violation == nil, "\(member.1) at \(offset)")
      }
    }
  }

  @Test("another protected header is refused", arguments: SealedSample.Kind.all)
  func changedHeader(_ kind: SealedSample.Kind) throws {
    let sample = try SealedSample(kind)
    let text = String(decoding: sample.sealed, as: UTF8.self)
    let own = try #require(text.firstMatch(of: /"protected":"([^"]*)"/)).1
    for header in [
      #"{"enc":"A128GCM"}"#, #"{"enc":"XC20P"}"#, #"{"enc":"A256CBC-HS512"}"#,
      #"{"enc":"A256GCM" }"#,
      #"{"enc":"A256GCM","cty":"x"}"#, #"{"enc":"A256GCM","zip":"DEF"}"#, #"{}"#, "[]", "",
      #"{"enc":"A256GCM","crit":["b64"],"b64":true}"#, #"{"enc":"A256GCM","enc":"A256GCM"}"#,
    ] {
      let encoded = Data(header.utf8).base64EncodedString().replacing("=", with: "")
      let damaged = Data(text.replacing("\"\(own)\"", with: "\"\(encoded)\"").utf8)
      #expect(try sample.violation(damaged) == nil, "\(header)")
    }
  }

  @Test("a file cut off anywhere is refused", arguments: SealedSample.Kind.all)
  func truncation(_ kind: SealedSample.Kind) throws {
    let sample = try SealedSample(kind)
    let whole = sample.sealed.count
    // The newline at the end may be missing.
    #expect(try sample.violation(sample.sealed.prefix(whole - 1), mayOpen: true) == nil)
    let structural = Set("{}[]:,\"".utf8)
    let boundaries = sample.sealed.indices.filter { structural.contains(sample.sealed[$0]) }
      .flatMap { [$0, $0 + 1] }
    var generator = SeededGenerator.announced("truncation, \(kind.testDescription)")
    let random = (0..<200).map { _ in Int.random(in: 0..<(whole - 1), using: &generator) }
    for count in Set(boundaries + random).subtracting([whole - 1]).sorted() {
      #expect(try sample.violation(sample.sealed.prefix(count)) == nil, "cut at \(count)")
    }
  }

  @Test("a changed byte anywhere is refused", arguments: SealedSample.Shape.allCases)
  func changedBytes(_ shape: SealedSample.Shape) throws {
    let sample = try SealedSample(.init(shape: shape, byteCount: 0))
    let mine = sample.ownEntryStart(shape)
    let names = ["\"commitment\"", "\"kid\""].flatMap(sample.offsets)
    for offset in sample.sealed.indices {
      let isName = names.contains { $0.contains(offset) }
      for mask: UInt8 in [0x01, 0x20, 0x80] {
        var damaged = sample.sealed
        damaged[offset] ^= mask
        let violation = try sample.violation(
          damaged, isFileOnly: mask != 0x01, mayOpen: isName || sample.isOthers(offset, mine))
        #expect(violation == nil, "byte \(offset) with \(mask)")
      }
    }
  }

  @Test("a changed byte of the ciphertext is refused", arguments: SealedSample.Shape.allCases)
  func changedCiphertext(_ shape: SealedSample.Shape) throws {
    let sample = try SealedSample(.init(shape: shape, byteCount: 1 << 20))
    let start = try #require(sample.offsets(of: "\"ciphertext\":\"").first).upperBound
    let end = try #require(sample.offsets(of: "\",\"tag\"").first).lowerBound
    var generator = SeededGenerator.announced("ciphertext, \(shape.rawValue)")
    let random = (0..<60).map { _ in Int.random(in: start..<end, using: &generator) }
    for offset in [start, end - 1] + random {
      var damaged = sample.sealed
      damaged[offset] ^= UInt8.random(in: 1...255, using: &generator)
      #expect(try sample.violation(damaged) == nil, "byte \(offset): \(damaged[offset])")
    }
  }

  @Test("what is put in, put twice or put after it is refused", arguments: SealedSample.Kind.all)
  func insertions(_ kind: SealedSample.Kind) throws {
    let sample = try SealedSample(kind)
    let iv = try #require(sample.offsets(of: "\"iv\":").first).lowerBound
    for (offset, text) in [
      (sample.sealed.count, "x"),
      (sample.sealed.count, String(decoding: sample.sealed, as: UTF8.self)),
      (0, "x"), (0, "\u{FEFF}"), (iv, #""iv":"AAAAAAAAAAAAAAAA","#), (iv, #""tag":"","#),
      (iv, #""ciphertext":"","#), (iv, #""ciphertext":"AAAA","#), (iv, #""aad":"AAAA","#),
      (iv, #""unprotected":{"enc":"A256GCM"},"#), (iv, #""unprotected":{"alg":"dir"},"#),
      (iv, #""payload":"AAAA","#), (iv, #""recipients":[],"#), (iv, #""encrypted_key":"AAAA","#),
    ] {
      var damaged = sample.sealed
      damaged.insert(contentsOf: Data(text.utf8), at: offset)
      #expect(try sample.violation(damaged) == nil, "\(text.prefix(40)) at \(offset)")
    }
  }

  @Test("the wrong key and the wrong recipient are refused", arguments: SealedSample.Kind.all)
  func wrongKeys(_ kind: SealedSample.Kind) throws {
    let sample = try SealedSample(kind)
    #expect(try sample.violation(sample.sealed, flags: ["-i", "mallory-private.jwks"]) == nil)
    sample.sandbox.environment["VALISE_HOME"] = "mallory"
    #expect(try sample.violation(sample.sealed) == nil)
    // And that it is the key which is wrong: the right one opens it.
    let right = kind.shape == .general ? "bob" : "\(sample.sandbox.path)/home/keyring"
    sample.sandbox.environment["VALISE_HOME"] = right
    let opened = try sample.sandbox.run("valise", "decrypt", "sealed.jwe")
    #expect(opened.standardOutput == sample.plaintext)
  }
}

extension SealedSample {
  /// Where the entry of the keyring's own identity begins, when another's stands before it.
  fileprivate func ownEntryStart(_ shape: Shape) -> Int? {
    shape == .general ? offsets(of: "},{\"header\"").first?.lowerBound : nil
  }

  /// Whether `offset` lies in the entry of the other recipient, which the first one need not read.
  fileprivate func isOthers(_ offset: Int, _ ownEntryStart: Int?) -> Bool {
    guard let ownEntryStart, let list = offsets(of: "\"recipients\":[{").first else { return false }
    return list.upperBound <= offset && offset < ownEntryStart
  }
}

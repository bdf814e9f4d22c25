import JOSE
import Primitives
import Testing

/// Envelopes that are too large to be searched from the front.
@Suite struct LargeEnvelopeTests {
  /// Texts with long runs of one character between them, none of which is held.
  struct Runs: RandomAccessBytes {
    enum Part {
      case text(String)
      case run(UInt64)

      var byteCount: UInt64 {
        switch self {
        case .text(let text): UInt64(text.utf8.count)
        case .run(let count): count
        }
      }
    }

    private static let piece = [UInt8](repeating: UInt8(ascii: "A"), count: 1 << 18)

    let parts: [Part]
    var byteCount: UInt64 { parts.reduce(0) { $0 + $1.byteCount } }

    func read(
      at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
    ) throws(JOSEError) -> Int {
      var start: UInt64 = 0
      for part in parts {
        let end = start + part.byteCount
        guard offset < end else {
          start = end
          continue
        }
        // Short of what was asked for where a part ends, as a file system may be.
        let taken = min(count, Int(end - offset), Self.piece.count)
        switch part {
        case .text(let text):
          let bytes = Array(text.utf8)
          output.append(
            copying: bytes.span.extracting(Int(offset - start)...).extracting(first: taken))
        case .run:
          let piece = Self.piece
          output.append(copying: piece.span.extracting(first: taken))
        }
        return taken
      }
      return 0
    }
  }

  private static let long: UInt64 = (17 << 20) / 4 * 4
  private static let members = [
    #""protected":"eyJlbmMiOiJBMjU2R0NNIn0""#, #""header":{"alg":"A256KW"}"#,
    #""encrypted_key":"AQ""#, #""iv":"AAAAAAAAAAAAAAAA""#, #""tag":"AAAAAAAAAAAAAAAAAAAAAA""#,
  ]

  private func envelope(_ before: [String], _ after: [String]) -> Runs {
    let head = "{" + before.map { $0 + "," }.joined() + #""ciphertext":""#
    return Runs(parts: [
      .text(head), .run(Self.long), .text("\"" + after.map { "," + $0 }.joined() + "}\n"),
    ])
  }

  @Test(
    "a long ciphertext is found before, between and after the other members",
    arguments: [JWE.Envelope.Use.description, .decryption])
  func order(_ use: JWE.Envelope.Use) throws {
    for count in [0, 3, 5] {
      let source = envelope(
        Array(Self.members.prefix(count)), Array(Self.members.dropFirst(count)))
      let read = try JWE.Envelope(source, for: use)
      #expect(read.ciphertextByteCount == Self.long / 4 * 3)
      #expect(read.recipients[0].algorithmName == "A256KW")
    }
  }

  @Test(
    "members of up to 1 MiB may come after it, in any number below the bounds",
    arguments: [JWE.Envelope.Use.description, .decryption])
  func largeMembersAfter(_ use: JWE.Envelope.Use) throws {
    let mebibyte = String(repeating: "B", count: 1 << 20)
    let one = try JWE.Envelope(envelope([], Self.members + [#""x":"\#(mebibyte)""#]), for: use)
    #expect(one.ciphertextByteCount == Self.long / 4 * 3)
    // More than the tail that is searched first.
    let many = (0..<9).map { #""x\#($0)":"\#(mebibyte)""# }
    let nine = try JWE.Envelope(
      envelope(Array(Self.members.prefix(2)), Self.members.dropFirst(2) + many), for: use)
    #expect(nine.ciphertextByteCount == Self.long / 4 * 3)
  }

  @Test("a string over 4 MiB anywhere but in the ciphertext is refused")
  func longStrings() throws {
    let parts: [Runs.Part] = [
      .text(#"{"x":""#), .run((4 << 20) + 1), .text("\"," + Self.members.joined(separator: ",")),
      .text(#","ciphertext":"AAAA"}"#),
    ]
    #expect(failure { try JWE.Envelope(Runs(parts: parts)) } == .limitExceeded)
    // After the ciphertext it may be taken for the end of it, and is then no base64url.
    let wrapped = HandMadeEnvelope.wrapped(HandMadeEnvelope.contentKey) ?? ""
    let members = Self.members.map {
      $0.hasPrefix("\"encrypted_key") ? #""encrypted_key":"\#(wrapped)""# : $0
    }
    let source = Runs(parts: [
      .text("{" + members.joined(separator: ",") + #","ciphertext":""#), .run(13 << 20),
      .text(#"","x":""#), .run((4 << 20) + 4), .text("\"}"),
    ])
    let code = failure { () throws in
      try JWE.Envelope(source, for: .decryption).unlock(with: [HandMadeEnvelope.key]).verify()
    }
    #expect(code == .malformed)
    #expect(failure { try JWE.Envelope(source) } == .limitExceeded)
  }

  @Test("readers that are listed where only ciphertext should be hide nothing from whoever asks")
  func hiddenMembers() throws {
    let wrapped = HandMadeEnvelope.wrapped(HandMadeEnvelope.contentKey) ?? ""
    let head = [Self.members[0], Self.members[3]].joined(separator: ",")
    let tail = [Self.members[1], #""encrypted_key":"\#(wrapped)""#, Self.members[4]]
      .joined(separator: ",")
    let source = Runs(parts: [
      .text("{" + head + #","ciphertext":"x","# + tail + #","pad0":""#), .run(12 << 20),
      .text(#"","pad":""#), .run(6 << 20), .text("\"," + tail + "}"),
    ])
    // What is decrypted next is looked at then.
    let content = failure { () throws in
      try JWE.Envelope(source, for: .decryption).unlock(with: [HandMadeEnvelope.key]).verify()
    }
    #expect(content == .malformed)
    #expect(failure { try JWE.Envelope(source) } == .limitExceeded)
    let short = Runs(parts: [
      .text("{" + tail + #","ciphertext":"x\u0041","pad":""#), .run(17 << 20),
      .text("\"," + tail + "}"),
    ])
    #expect(failure { try JWE.Envelope(short) } == .malformed)
  }

  /// A file that grows after it was opened.
  private struct Growing: RandomAccessBytes {
    let whole: Runs
    let byteCount: UInt64

    func read(
      at offset: UInt64, upTo count: Int, into output: inout OutputSpan<UInt8>
    ) throws(JOSEError) -> Int { try whole.read(at: offset, upTo: count, into: &output) }
  }

  @Test(
    "a file that grows while it is read ends where it ended",
    arguments: [JWE.Envelope.Use.description, .decryption])
  func growing(_ use: JWE.Envelope.Use) throws {
    let whole = envelope(Self.members, [])
    for count in [0, 1, 60, 200, Self.long - 1, Self.long + 200, whole.byteCount - 3] {
      let source = Growing(whole: whole, byteCount: count)
      #expect(failure { try JWE.Envelope(source, for: use) } == .malformed, "\(count)")
    }
    let more = Runs(parts: whole.parts + [.text("{}")])
    _ = try JWE.Envelope(Growing(whole: more, byteCount: whole.byteCount), for: use)
  }

  @Test("a head over 32 MiB is refused, and one that never ends")
  func endlessHead() throws {
    let head = Runs(parts: [.text("{\"x\":["), .run(33 << 20)])
    #expect(failure { try JWE.Envelope(head) } == .limitExceeded)
    let unclosed = Runs(parts: [
      .text("{" + Self.members.joined(separator: ",") + #","ciphertext":""#), .run(Self.long),
    ])
    #expect(failure { try JWE.Envelope(unclosed) } == .malformed)
  }

  @Test("a long compact message keeps its five parts")
  func compact() throws {
    let head = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA."
    let tag = ".AAAAAAAAAAAAAAAAAAAAAA\n"
    let read = try JWE.Envelope(Runs(parts: [.text(head), .run(Self.long), .text(tag)]))
    #expect(read.ciphertextByteCount == Self.long / 4 * 3)
    #expect(
      failure { try JWE.Envelope(Runs(parts: [.text(head), .run(Self.long)])) } == .malformed)
  }
}

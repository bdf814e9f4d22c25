import Foundation
import JOSE
import Primitives
import Testing
import Seeded

/// What holds for any input, tried on many that a seed determines.
@Suite struct PropertyTests {
  typealias Made = HandMadeEnvelope

  private static let seed: UInt64 = {
    let given = ProcessInfo.processInfo.environment["VALISE_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0...UInt64.max)
    print("VALISE_SEED=\(seed)")
    return seed
  }()

  @Test("base64url by pieces is base64url at once, however the pieces lie")
  func streaming() throws {
    var random = SeededGenerator(seed: Self.seed)
    for _ in 0..<2000 {
      let bytes = random.bytes(Int.random(in: 0...200, using: &random))
      let text = Base64URL.encode(bytes.span)
      #expect(try Base64URL.decode(text.span) == bytes)
      var encoder = Base64URLEncoder()
      var decoder = Base64URLDecoder()
      var (encoded, decoded): ([UInt8], [UInt8]) = ([], [])
      var offset = 0
      while offset < bytes.count {
        let end = min(bytes.count, offset + Int.random(in: 0...20, using: &random))
        let piece = bytes.span.extracting(offset..<end)
        encoded.append(addingCapacity: 40) { encoder.update(piece, into: &$0) }
        offset = end
      }
      encoded.append(addingCapacity: 4) { encoder.finish(into: &$0) }
      offset = 0
      while offset < text.count {
        let end = min(text.count, offset + Int.random(in: 0...20, using: &random))
        let piece = text.span.extracting(offset..<end)
        try decoded.append(addingCapacity: 24) { try decoder.update(piece, into: &$0) }
        offset = end
      }
      try decoded.append(addingCapacity: 4) { try decoder.finish(into: &$0) }
      #expect(encoded == text && decoded == bytes, "\(bytes)")
    }
  }

  @Test("every byte outside of the alphabet is refused at every place, at once and by pieces")
  func strangers() {
    let alphabet = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    for length in [2, 3, 4, 6, 7, 8] {
      for position in 0..<length {
        for byte in UInt8.min...UInt8.max where !alphabet.contains(byte) {
          var text = [UInt8](repeating: 0x41, count: length)
          text[position] = byte
          #expect((try? Base64URL.decode(text.span)) == nil)
          var decoder = Base64URLDecoder()
          var bytes: [UInt8] = []
          var isRefused = false
          do {
            for index in text.indices {
              let piece = text.span.extracting(index..<(index + 1))
              try bytes.append(addingCapacity: 4) { try decoder.update(piece, into: &$0) }
            }
            try bytes.append(addingCapacity: 4) { try decoder.finish(into: &$0) }
          } catch { isRefused = true }
          #expect(isRefused, "\(byte) at \(position) of \(length)")
        }
      }
    }
    for length in [1, 5, 9] {
      #expect((try? Base64URL.decode([UInt8](repeating: 0x41, count: length).span)) == nil)
    }
  }

  private static let texts = [
    #"{"a":[1,-2.5e+3,0],"b":{"c":null,"d":[true,false]},"é":"\u00e9\n\\\/"}"#,
    #"[[],{},"",0,-0,1e5,"\ud83d\ude00",{"x":{"y":[[["z"]]]}}]"#,
    #" { "kty" : "EC" , "crv":"P-256", "n":12345678901234567890 } "#,
  ].map { Array($0.utf8) }

  private func agrees(_ value: JSONValue, _ other: Any) -> Bool {
    if value.isObject {
      guard let object = other as? [String: Any] else { return false }
      let members = value.members
      // Foundation takes names in other normal forms for the same.
      return object.count <= members.count
        && members.allSatisfy { name, value in
          guard let inner = object[name.string ?? ""] else { return false }
          return object.count < members.count || agrees(value, inner)
        }
    }
    if value.isArray {
      guard let array = other as? [Any], array.count == value.elements.count else { return false }
      return zip(value.elements, array).allSatisfy { agrees($0, $1) }
    }
    if let string = value.string { return (other as? String) == string }
    if let bool = value.bool { return (other as? Bool) == bool }
    if let integer = value.integer { return (other as? NSNumber)?.intValue == integer }
    return true
  }

  @Test("mutated JSON never crashes, and what is accepted means what Foundation reads")
  func json() throws {
    var random = SeededGenerator(seed: Self.seed)
    var acceptedCount = 0
    for round in 0..<10_000 {
      let base = Self.texts[round % Self.texts.count]
      let other = Self.texts[(round + 1) % Self.texts.count]
      let text = round < 3 ? base : random.mutated(base, splicingFrom: other)
      guard let document = try? JSONDocument(parsing: text) else { continue }
      acceptedCount += 1
      let read = try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
      // Numbers without bound are the one thing that we take and Foundation does not.
      guard let read else { continue }
      #expect(agrees(document.root, read), "\(String(decoding: text, as: UTF8.self))")
    }
    #expect(acceptedCount > 100)
  }

  private func seeds() throws -> (keys: [JWE.DecryptionKey], texts: [[UInt8]]) {
    let pair = try PrivateJWK.generate(.x25519)
    let shared = try SymmetricJWK(Made.wrappingKey)
    let keys = [JWE.DecryptionKey.privateKey(pair), .symmetric(shared)]
    let own = try JWE.Recipient(shared)
    var compact = JWE.EncryptionOptions()
    compact.serialization = .compact
    var aad = JWE.EncryptionOptions()
    aad.additionalData = [1, 2, 3]
    aad.contentEncryption = .a128CBCHS256
    return (
      keys,
      [
        try JWE.encrypt(Made.plaintext, for: [own]),
        try JWE.encrypt(Made.plaintext, for: [JWE.Recipient(pair.publicKey), own], options: aad),
        try JWE.encrypt(Made.plaintext, for: [own], options: compact),
        try JWE.encrypt(
          Made.plaintext, for: [JWE.Recipient(shared, algorithm: .direct)], options: compact),
        try Made.with {
          $0.unprotected = #"{"x":[1,2]}"#
          $0.entries = [Made.Entry(), Made.Entry(header: #"{"alg":"A256GCMKW"}"#)]
        },
      ]
    )
  }

  @Test("mutated envelopes never crash and open to nothing but what was sealed")
  func envelopes() throws {
    var random = SeededGenerator(seed: Self.seed)
    let (keys, texts) = try seeds()
    var policy = JWE.DecryptionPolicy()
    policy.compression = .allowed(maximumByteCount: 1000)
    for text in texts {
      #expect(try JWE.decrypt(text, with: keys, policy: policy).plaintext == Made.plaintext)
    }
    var openedCount = 0
    for round in 0..<20_000 {
      let text = texts[round % texts.count]
      let bent = random.mutated(text, splicingFrom: texts[(round / 7) % texts.count])
      guard let opened = try? JWE.decrypt(bent, with: keys, policy: policy) else { continue }
      openedCount += 1
      #expect(opened.plaintext == Made.plaintext, "\(String(decoding: bent, as: UTF8.self))")
    }
    #expect(openedCount < 15_000)
  }

  @Test("members in any order open")
  func anyOrder() throws {
    var random = SeededGenerator(seed: Self.seed)
    let (keys, texts) = try seeds()
    for text in texts where text.first == UInt8(ascii: "{") {
      let members = try JSONDocument(parsing: text).root.members.map { name, value in
        let source = String(decoding: value.source, as: UTF8.self)
        return (name: name.string ?? "", value: value.isString ? "\"\(source)\"" : source)
      }
      for _ in 0..<100 {
        let shuffled = Made.text(members.shuffled(using: &random))
        #expect(
          try JWE.decrypt(shuffled, with: keys).plaintext == Made.plaintext,
          "\(String(decoding: shuffled, as: UTF8.self))")
      }
    }
  }

  @Test("mutated keys never crash, and a key that is read is one that writes itself the same")
  func keys() throws {
    var random = SeededGenerator(seed: Self.seed)
    let kinds: [PrivateJWK.Kind] = [.p256, .x25519, .ed25519, .x448]
    var texts = try kinds.map { try KeyText(.generate($0)).text }
    texts.append(try KeyText(SlowKeys.rsa.get().publicKey).text)
    texts.append(Array(#"{"kty":"oct","k":"AAECAwQFBgcICQoLDA0ODw","alg":"A128KW"}"#.utf8))
    for round in 0..<5000 {
      let other = texts[(round / 5) % texts.count]
      let bent = random.mutated(texts[round % texts.count], splicingFrom: other)
      _ = try? JWKSet(parsing: bent)
      guard let key = try? JWK(parsing: bent), let publicKey = key.publicKey else { continue }
      let again = try JWK(parsing: publicKey.serialized).publicKey
      #expect(again?.isSameKey(as: publicKey) == true)
    }
  }
}

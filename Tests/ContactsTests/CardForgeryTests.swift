import Foundation
import JOSE
import Primitives
import Testing

@testable import Contacts

/// Cards that say other things than their owner signed, or nothing that a card says.
@Suite struct CardForgeryTests {
  private let alice: UnlockedIdentity
  private let mallory: UnlockedIdentity

  init() throws {
    alice = try People.identity("alice")
    mallory = try People.identity("mallory")
  }

  private typealias Members = [String: Any]

  private func members(_ card: Card) throws -> Members {
    try #require(
      JSONSerialization.jsonObject(with: Data(card.serialized)) as? Members)
  }

  private func text(_ object: Any, sorted: Bool = false) throws -> [UInt8] {
    Array(try JSONSerialization.data(withJSONObject: object, options: sorted ? .sortedKeys : []))
  }

  /// A card of `members` that alice herself signed, whatever is in it.
  private func signed(
    _ members: String, type: String? = "valise-card", by signer: UnlockedIdentity? = nil
  ) throws -> [UInt8] {
    var options = JWS.SigningOptions()
    options.type = type
    let signature = try JWS.sign(
      Array("{\(members)}".utf8), by: [JWS.Signer((signer ?? alice).signingKey)], options: options)
    return Array(
      "{\(members),\"signature\":\"\(String(decoding: signature, as: UTF8.self))\"}".utf8)
  }

  private func json(_ card: Card) -> String {
    "[" + card.keys.map { String(decoding: $0.serialized, as: UTF8.self) }.joined(separator: ",")
      + "]"
  }

  @Test("as it was made, a card is read, also reformatted and with its members in another order")
  func genuine() throws {
    let card = try Card(parsing: alice.identity.card.serialized)
    #expect(card.name == "alice" && card.serial == 1 && card.keys.count == 2)
    #expect(card.isSame(as: alice.identity.card))
    let sorted = try text(members(alice.identity.card), sorted: true)
    #expect(sorted != alice.identity.card.serialized)
    #expect(try Card(parsing: sorted).isSame(as: alice.identity.card))
    #expect(
      try Card(parsing: signed("\"name\":\"a\",\"serial\":1,\"keys\":\(json(card))")).name == "a")
  }

  @Test("every member of the card and of its keys matters")
  func changedMembers() throws {
    let genuine = try members(alice.identity.card)
    let strange = try members(mallory.identity.card)
    for (name, value) in genuine {
      for other in [nil, strange[name], NSNull(), 7, "x", [], [:], [value], true] as [Any?] {
        // Both were made in the same second, with the same number.
        if let other = other as? NSObject, other == value as? NSObject { continue }
        var forged = genuine
        forged[name] = other
        #expect(throws: ContactsError.self, "\(name)") { try Card(parsing: text(forged)) }
      }
    }
    let keys = try #require(genuine["keys"] as? [Members])
    for (index, key) in keys.enumerated() {
      for name in Array(key.keys) + ["kid", "revoked", "extra"] {
        for other in [nil, NSNull(), 7, "AAAA", ["revoked_at": 1]] as [Any?] {
          var forged = keys
          forged[index][name] = other
          guard forged[index] as NSDictionary != key as NSDictionary else { continue }
          var card = genuine
          card["keys"] = forged
          #expect(throws: ContactsError.self, "\(name)") { try Card(parsing: text(card)) }
        }
      }
    }
    for other in [keys.reversed(), keys + keys, Array(keys.prefix(1)), Array(keys.suffix(1))] {
      var card = genuine
      card["keys"] = other
      #expect(throws: ContactsError.self) { try Card(parsing: text(card)) }
    }
  }

  @Test("a signature with any single bit flipped is refused")
  func flippedSignature() throws {
    let genuine = String(decoding: alice.identity.card.serialized, as: UTF8.self)
    let signature = try #require(genuine.firstMatch(of: /"signature": "([^"]+)"/)).1
    let start = genuine.utf8.distance(from: genuine.startIndex, to: signature.startIndex)
    for offset in start..<(start + signature.utf8.count) {
      for bit in 0..<8 {
        var forged = Array(genuine.utf8)
        forged[offset] ^= 1 << bit
        #expect(throws: ContactsError.self, "bit \(bit) at \(offset)") { try Card(parsing: forged) }
      }
    }
  }

  @Test("another's signature, another type, or a signature in JSON is refused")
  func otherSignatures() throws {
    let card = alice.identity.card
    let keys = json(card)
    let content = "\"name\":\"alice\",\"serial\":1,\"keys\":\(keys)"
    #expect(try Card(parsing: signed(content)).name == "alice")
    #expect(code { try Card(parsing: signed(content, by: mallory)) } == .damaged)
    for type in [nil, "JWT", "Valise-Card", "valise-card2", "application/valise-card"] {
      #expect(code { try Card(parsing: signed(content, type: type)) } == .damaged, "\(type ?? "")")
    }
    let compact = try #require(members(Card(parsing: signed(content)))["signature"] as? String)
    let parts = compact.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let flattened = ["protected": parts[0], "payload": parts[1], "signature": parts[2]]
    for other in [
      String(decoding: try text(flattened), as: UTF8.self), " " + compact, compact + ".",
      "\(parts[0])..\(parts[2])", ".\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1]).", "", "..",
    ] {
      var forged = try members(Card(parsing: signed(content)))
      forged["signature"] = other
      #expect(code { try Card(parsing: text(forged)) } == .damaged, "\(other)")
    }
  }

  @Test("names and serials of the wrong type or range are refused, also when they are signed")
  func wrongTypes() throws {
    let keys = json(alice.identity.card)
    for name in [
      "7", "null", "[]", "{}", "true", "\"\"", "\"me too\"", "\"../x\"", "\".x\"", "\"a\\u0000\"",
      "\"\(String(repeating: "a", count: 65))\"", "\"e\\u0301\"", "\"\\u202ealice\"",
    ] {
      #expect(
        code { try Card(parsing: signed("\"name\":\(name),\"serial\":1,\"keys\":\(keys)")) }
          == .damaged, "\(name)")
    }
    for serial in [
      "0", "-1", "1.0", "1e3", "\"1\"", "null", "[]", "true", "9223372036854775808",
      "100000000000000000000000",
    ] {
      #expect(
        code { try Card(parsing: signed("\"name\":\"a\",\"serial\":\(serial),\"keys\":\(keys)")) }
          == .damaged, "\(serial)")
    }
    for missing in ["\"serial\":1,\"keys\":\(keys)", "\"name\":\"a\",\"keys\":\(keys)"] {
      #expect(code { try Card(parsing: signed(missing)) } == .damaged)
    }
    // What every JSON reader has exactly; past that nobody could tell which card is newer.
    let largest = 9_007_199_254_740_991
    let card = { (serial: Int) in "\"name\":\"a\",\"serial\":\(serial),\"keys\":\(keys)" }
    #expect(try Card(parsing: signed(card(largest))).serial == largest)
    for serial in [largest + 1, Int.max] {
      #expect(code { try Card(parsing: signed(card(serial))) } == .damaged)
    }
  }

  @Test("members that stand twice are refused, however the second is written")
  func duplicates() throws {
    let keys = json(alice.identity.card)
    for content in [
      "\"name\":\"a\",\"name\":\"b\",\"serial\":1,\"keys\":\(keys)",
      "\"name\":\"a\",\"\\u006eame\":\"b\",\"serial\":1,\"keys\":\(keys)",
      "\"name\":\"a\",\"serial\":1,\"serial\":1,\"keys\":\(keys)",
      "\"name\":\"a\",\"serial\":1,\"keys\":\(keys),\"keys\":\(keys)",
      "\"name\":\"a\",\"serial\":1,\"keys\":\(keys),\"signature\":\"x\"",
    ] {
      #expect(code { try Card(parsing: signed(content)) } == .damaged, "\(content.prefix(40))")
    }
  }

  @Test("huge and deep cards are refused before they cost anything")
  func sizes() throws {
    let key = String(decoding: alice.signingKey.publicKey.serialized, as: UTF8.self)
    func card(_ keys: [String], _ more: String = "") throws -> [UInt8] {
      let list = keys.joined(separator: ",")
      return try signed("\"name\":\"a\",\"serial\":1,\"keys\":[\(list)]\(more)")
    }
    #expect(try Card(parsing: card(Array(repeating: key, count: 64))).keys.count == 64)
    #expect(code { try Card(parsing: card(Array(repeating: key, count: 65))) } == .damaged)
    #expect(code { try Card(parsing: card(Array(repeating: key, count: 2_000))) } == .damaged)
    #expect(code { try Card(parsing: card([])) } == .damaged)
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    #expect(code { try Card(parsing: Array(deep.utf8)) } == .damaged)
    #expect(code { try Card(parsing: card([key], ",\"x\":\(deep)")) } == .damaged)
    let long = String(repeating: "x", count: 1 << 18)
    #expect(code { try Card(parsing: card([key], ",\"x\":\"\(long)\"")) } == .damaged)
    #expect(try Card(parsing: card([key], ",\"x\":[[[\"y\"]]]")).keys.count == 1)
  }

  /// Among them keys of kinds that are passed over: what they hold is passed on with the card.
  @Test(
    "a private member in any key is refused, also of a kind that is not known",
    arguments: ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"])
  func privateMembers(_ member: String) throws {
    let own = String(decoding: alice.signingKey.publicKey.serialized, as: UTF8.self)
    let x = String(repeating: "A", count: 43)
    let kinds = [
      #""kty":"OKP","crv":"X25519","x":"\#(x)""#, #""kty":"OKP","crv":"unheard","x":"\#(x)""#,
      #""kty":"EC","crv":"secp256k1","x":"\#(x)","y":"\#(x)""#, #""kty":"AKP","pub":"\#(x)""#,
      #""kty":"RSA","n":"\#(x)","e":"AQAB""#, #""kty":"unheard""#, #""kty":"oct""#,
    ]
    for kind in kinds {
      for content in [
        "[\(own),{\(kind),\"\(member)\":\"AAAA\"}]", "[{\"\(member)\":\"AAAA\",\(kind)},\(own)]",
      ] {
        let text = try signed("\"name\":\"a\",\"serial\":1,\"keys\":\(content)")
        #expect(
          reason { try Card(parsing: text) }
            == "the card does not hold: it holds a private or shared key", "\(kind)")
      }
    }
    // Without it, keys of kinds that are not known are passed over (RFC 7517 §5).
    let text = try signed("\"name\":\"a\",\"serial\":1,\"keys\":[\(own),{\(kinds[5])}]")
    #expect(try Card(parsing: text).keys.count == 1)
    let bare = try signed("\"name\":\"a\",\"serial\":1,\(own.dropFirst().dropLast())")
    #expect(code { try Card(parsing: bare) } == .damaged, "a key and not a set")
  }

  @Test("a signer that is not among the keys makes no card")
  func strangeSigner() throws {
    #expect(
      code {
        try Card(
          name: "alice", serial: 1, keys: alice.identity.card.keys, signer: mallory.signingKey,
          at: 1)
      } == .unusableKey)
    #expect(
      code {
        try Card(
          name: "a b", serial: 1, keys: alice.identity.card.keys, signer: alice.signingKey, at: 1)
      } == .invalidName)
  }
}

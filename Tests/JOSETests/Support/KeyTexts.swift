import Foundation
import JOSE
import Primitives

/// A JWK's members, to be bent and written again.
struct KeyText {
  var members: [String: Any]

  init(_ key: PrivateJWK) throws {
    members = try Self.object(key.serialized(.exposingPrivateKey).withBytes { Array(copying: $0) })
  }

  init(_ key: PublicJWK) throws { members = try Self.object(key.serialized) }

  private static func object(_ text: [UInt8]) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(text)) as? [String: Any] ?? [:]
  }

  func with(_ name: String, _ value: Any?) -> KeyText {
    var copy = self
    copy.members[name] = value
    return copy
  }

  func keeping(_ names: String...) -> KeyText {
    var copy = self
    copy.members = members.filter { names.contains($0.key) }
    return copy
  }

  func octets(_ name: String) throws -> [UInt8] {
    let text = Array((members[name] as? String ?? "").utf8)
    return try Base64URL.decode(text.span)
  }

  func with(_ name: String, octets: [UInt8]) -> KeyText {
    with(name, HandMadeEnvelope.encoded(octets))
  }

  var text: [UInt8] {
    get throws {
      Array(
        try JSONSerialization.data(
          withJSONObject: members, options: [.sortedKeys, .withoutEscapingSlashes]))
    }
  }

  func parsed() throws -> JWK { try JWK(parsing: text) }
  func privateKey() throws -> PrivateJWK {
    guard case .privateKey(let key) = try parsed() else { throw JOSEError(.invalidKey, "public") }
    return key
  }
  func publicKey() throws -> PublicJWK {
    guard case .publicKey(let key) = try parsed() else { throw JOSEError(.invalidKey, "private") }
    return key
  }
}

/// Keys that are slow to make, made once.
enum SlowKeys {
  static let rsa = Result { try PrivateJWK.generate(.rsa(bitCount: 2048)) }
}

import Foundation

/// Rewrites JSON with the members of each object in another order, which nobody may mind.
struct InteropShuffle: RandomNumberGenerator {
  private var state: UInt64

  /// A run's seed: `VALISE_TEST_SEED` to repeat one, else a random one.
  static let seed =
    ProcessInfo.processInfo.environment["VALISE_TEST_SEED"].flatMap(UInt64.init)
    ?? .random(in: 0...UInt64(UInt32.max))

  init() { state = Self.seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }

  /// The message shuffled; one in compact form as it stands.
  mutating func shuffled(_ message: String) throws -> String {
    guard message.hasPrefix("{") else { return message }
    return try text(JSONSerialization.jsonObject(with: Data(message.utf8)))
  }

  private mutating func text(_ value: Any) throws -> String {
    switch value {
    case let object as [String: Any]:
      // Sorted first, for a dictionary's own order is not the seed's.
      let names = object.keys.sorted().shuffled(using: &self)
      let members = try names.compactMap { name in
        try object[name].map { "\(try text(name)):\(try text($0))" }
      }
      return "{\(members.joined(separator: ","))}"
    case let array as [Any]: return "[\(try array.map { try text($0) }.joined(separator: ","))]"
    default:
      let data = try JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)
      return String(decoding: data, as: UTF8.self)
    }
  }
}

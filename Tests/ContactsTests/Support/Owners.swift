@testable import Contacts

extension ContactBook {
  /// The one name that each key is to be shown under.
  func owners(of keyIDs: [String]) throws -> [String: String] {
    try claims(on: keyIDs).compactMapValues { claims in
      try Claim.names(among: claims, atLeast: .written).first
    }
  }
}

import JOSE

/// A message to be signed by one side and verified by the other.
struct InteropSignature {
  typealias Signer = (row: String, algorithm: SignatureAlgorithm, key: InteropKey)

  let signers: [Signer]
  let serialization: JWS.Serialization
  let rows: [String]
  let payload = Array("signed, not sealed".utf8)

  var form: String { "\(serialization)" }
  var names: [String] { signers.map(\.algorithm.rawValue) }
  var summary: String { rows.joined(separator: ", ") }

  static let all: [Signer] = [
    ("EdDSA, Ed25519", .edDSA, InteropKeys.ed25519[0]),
    ("ES256", .es256, InteropKeys.p256[0]),
    ("ES384", .es384, InteropKeys.p384[0]),
    ("ES512", .es512, InteropKeys.p521[0]),
    ("PS256", .ps256, InteropKeys.rsa[0]),
    ("RS256", .rs256, InteropKeys.rsa[0]),
    ("HS256", .hs256, InteropKeys.shared[0]),
  ]

  static let forms: [(row: String, JWS.Serialization)] = [
    ("JWS, compact", .compact), ("JWS, flattened", .flattened),
    ("JWS, general, 1 signature", .general),
  ]
  static let pairRow = "JWS, general, 2 signatures"

  /// Each algorithm in each form, and two that everybody knows in one message.
  static let matrix =
    all.flatMap { signer in
      forms.map {
        InteropSignature(signers: [signer], serialization: $0.1, rows: [signer.row, $0.row])
      }
    }
    + [InteropSignature(signers: [all[1], all[4]], serialization: .general, rows: [pairRow])]
}

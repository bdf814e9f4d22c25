import JOSE
import Primitives
import Synchronization
import Testing
import Vectors

extension Trait where Self == ConditionTrait {
  /// Runs what needs the public vector files only where they are.
  static var withVectors: Self {
    .enabled(if: VectorFolder.isAvailable, Comment(rawValue: VectorFolder.origin))
  }
}

extension Outcome {
  /// A library that fails without a reason has not refused anything.
  static func of<Result: Equatable>(
    _ expected: Result?, _ body: () throws -> Result
  ) rethrows -> Outcome {
    try of(
      expected,
      defect: { (error: JOSEError) in
        [.internalFailure, .inputOutput].contains(error.code) ? error.reason : nil
      }, body)
  }
}

extension VectorValue {
  /// The key that the value is.
  func key() throws(JOSEError) -> JWK { try JWK(parsing: json) }
}

extension JWK {
  /// The key as one that opens messages; nil for a public key.
  var decryptionKey: JWE.DecryptionKey? {
    switch self {
    case .privateKey(let key): .privateKey(key)
    case .symmetric(let key): .symmetric(key)
    case .publicKey: nil
    }
  }

  /// The key as one that verifies; of a key pair its public half.
  var verificationKey: JWS.VerificationKey {
    switch self {
    case .privateKey(let key): .publicKey(key.publicKey)
    case .publicKey(let key): .publicKey(key)
    case .symmetric(let key): .symmetric(key)
    }
  }

  /// The key as one that signs; nil for a public key.
  func signer(_ algorithm: SignatureAlgorithm) throws -> JWS.Signer? {
    switch self {
    case .privateKey(let key): try JWS.Signer(key, algorithm: algorithm)
    case .symmetric(let key): try JWS.Signer(key, algorithm: algorithm)
    case .publicKey: nil
    }
  }
}

extension RandomSource {
  /// Hands out `values` in their order, each to a request for as many bytes; then fails.
  static func scripted(_ values: [[UInt8]]) -> RandomSource {
    let script = Script(values)
    return RandomSource { (span: inout MutableSpan<UInt8>) throws(PrimitiveError) in
      guard let value = script.next(), value.count == span.count else {
        throw PrimitiveError(.randomUnavailable, "the script has no such value")
      }
      for index in value.indices { span[index] = value[index] }
    }
  }
}

private final class Script: Sendable {
  private let rest: Mutex<ArraySlice<[UInt8]>>

  init(_ values: [[UInt8]]) { rest = Mutex(values[...]) }

  func next() -> [UInt8]? { rest.withLock { $0.popFirst() } }
}

extension SecretBytes {
  convenience init(_ text: String) {
    let bytes = Array(text.utf8)
    self.init(copying: bytes.span)
  }

  var copy: [UInt8] { withBytes { [UInt8](copying: $0) } }
}

/// The bytes that `text` stands for in base64url.
func bytes(base64URL text: some StringProtocol) throws -> [UInt8] {
  let text = Array(text.utf8)
  return try Base64URL.decode(text.span)
}

func base64URL(_ bytes: [UInt8]) -> String {
  String(decoding: Base64URL.encode(bytes.span), as: UTF8.self)
}

/// The bytes of a text that was folded to fit on lines, as the RFCs fold theirs.
func unfolded(_ text: String) -> [UInt8] { text.utf8.filter { $0 != 0x20 && $0 != 0x0A } }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

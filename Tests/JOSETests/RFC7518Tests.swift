import JOSE
import Testing

/// RFC 7518, appendix C: key agreement for `dir`-like use.
@Suite struct RFC7518Tests {
  private static let ephemeralKey = """
    {"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
    "y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
    "d":"0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"}
    """
  private static let staticKey = """
    {"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
    "y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
    "d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"}
    """

  @Test("both sides derive the key of appendix C")
  func concatKDF() throws {
    guard case .privateKey(let alice) = try JWK(parsing: Array(Self.ephemeralKey.utf8)),
      case .privateKey(let bob) = try JWK(parsing: Array(Self.staticKey.utf8))
    else {
      Issue.record("the keys are not private")
      return
    }
    for (own, peer) in [(alice, bob), (bob, alice)] {
      let agreement = try KeyAgreement(
        own, ephemeralKey: peer.publicKey, partyUInfo: Array("Alice".utf8),
        partyVInfo: Array("Bob".utf8))
      let key = try agreement.derive(algorithmID: "A128GCM", byteCount: 16).copy
      #expect(base64URL(key) == "VqqN6vgjbSBcIijNcacQGg")
    }
  }

  @Test("who the parties say they are is bound into the key: swapped, it is another")
  func parties() throws {
    guard case .privateKey(let alice) = try JWK(parsing: Array(Self.ephemeralKey.utf8)),
      case .privateKey(let bob) = try JWK(parsing: Array(Self.staticKey.utf8))
    else {
      Issue.record("the keys are not private")
      return
    }
    let agreement = try KeyAgreement(
      alice, ephemeralKey: bob.publicKey, partyUInfo: Array("Bob".utf8),
      partyVInfo: Array("Alice".utf8))
    let key = try agreement.derive(algorithmID: "A128GCM", byteCount: 16).copy
    #expect(base64URL(key) != "VqqN6vgjbSBcIijNcacQGg")
  }
}

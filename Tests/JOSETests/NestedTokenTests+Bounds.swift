import JOSE
import Primitives
import Testing

extension NestedTokenTests {
  @Test("claims that are no JSON object, or that stand twice, are refused")
  func shapes() throws {
    for text in ["", "[]", "1", "null", "{}x", "\u{FEFF}{}"] {
      #expect(refused(try encrypted(signed(Array(text.utf8)))) == .malformed, "\(text)")
    }
    for more in [#""iss":"x","#, #""\u0069ss":"x","#, #""jti":1,"#, #""sub":null,"#] {
      #expect(refused(try encrypted(signed(payload(more)))) == .malformed, "\(more)")
    }
    #expect(refused(try encrypted(signed(payload(#""x":{"iss":1},"#)))) == nil)
  }

  @Test("a token is bounded before it is opened, and one changed byte ends it")
  func bounds() throws {
    let token = try seal(claims)
    #expect(refused(token) { $0.maximumByteCount = token.count } == nil)
    #expect(refused(token) { $0.maximumByteCount = token.count - 1 } == .limitExceeded)
    var changed = token
    changed[token.count - 4] = changed[token.count - 4] == 0x41 ? 0x42 : 0x41
    #expect(refused(changed) == .decryptionFailed)
  }

  @Test("why a token is not believed is told to those who treat it in a way of their own")
  func refusals() throws {
    func refusal(
      _ token: [UInt8], _ change: (inout JWT.ValidationPolicy) -> Void
    ) -> JWT.Refusal? {
      do {
        _ = try open(token, change)
        return nil
      } catch { return (error as? JOSEError)?.underlying as? JWT.Refusal }
    }
    let token = try seal(claims)
    #expect(try open(token).type == Self.type)
    #expect(refusal(token) { $0.now = Self.time + 3700 } == .expired)
    #expect(refusal(token) { $0.now = Self.time - 3700 } == .notYetValid)
    #expect(refusal(token) { $0.audiences = ["bob"] } == .otherAudience)
    #expect(refusal(token) { $0.signerKeys = { _ in [] } } == .unknownIssuer(issuer))
    let other = try PrivateJWK.generate(.ed25519).publicKey
    #expect(refusal(token) { $0.signerKeys = { _ in [other] } } == nil)
  }
}

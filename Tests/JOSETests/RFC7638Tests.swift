import JOSE
import Testing

/// RFC 7638 §3.1 and RFC 9278 §3.
@Suite struct RFC7638Tests {
  private static let key = """
    {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxu
    hDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YG
    jQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4
    vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB",
    "alg":"RS256","kid":"2011-04-29"}
    """

  @Test("the thumbprint is that of the RFC's example, in text and as a URI")
  func thumbprint() throws {
    let key = try #require(try JWK(parsing: unfolded(Self.key)).publicKey)
    let expected = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    #expect(try key.thumbprintText() == expected)
    #expect(
      try key.thumbprintURI() == "urn:ietf:params:oauth:jwk-thumbprint:sha-256:\(expected)")
    #expect(ThumbprintURI.thumbprint(in: ThumbprintURI.of(expected)) == expected)
  }

  @Test(
    "a URI that holds no thumbprint is none",
    arguments: [
      "", "x", String(repeating: "A", count: 44), "=" + String(repeating: "A", count: 42),
    ])
  func malformed(thumbprint: String) {
    #expect(ThumbprintURI.thumbprint(in: ThumbprintURI.of(thumbprint)) == nil)
    let other = "urn:ietf:params:oauth:jwk-thumbprint:sha-512:\(thumbprint)"
    #expect(ThumbprintURI.thumbprint(in: other) == nil)
  }

  @Test("what a key says of itself does not change its thumbprint")
  func metadata() throws {
    var key = try #require(try JWK(parsing: unfolded(Self.key)).publicKey)
    let thumbprint = try key.thumbprintText()
    key.metadata = KeyMetadata()
    #expect(try key.thumbprintText() == thumbprint)
  }
}

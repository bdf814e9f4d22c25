import JOSE
import Testing

@testable import Post

@Suite struct NamesTests {
  private let hash = String(repeating: "a2", count: 25) + "aq"

  @Test("base32 is that of RFC 4648 §10, in lower case and without padding")
  func base32() {
    let vectors = [
      "": "", "f": "my", "fo": "mzxq", "foo": "mzxw6", "foob": "mzxw6yq", "fooba": "mzxw6ytb",
      "foobar": "mzxw6ytboi",
    ]
    for (bytes, text) in vectors { #expect(Base32.encode(Array(bytes.utf8)) == text) }
  }

  @Test("a file is called by the SHA-256 of its bytes")
  func contentHash() throws {
    let hash = try ContentHash(of: Array("abc".utf8))
    #expect(hash.text == "xj4bnp4pahh6uqkbidpf3lrceoyagyndsylxvhfucd7wd4qacwwq")
    #expect(ContentHash(parsing: hash.text) == hash)
    #expect(ContentHash(parsing: hash.text.uppercased()) == nil)
    #expect(ContentHash(parsing: hash.text.dropLast()) == nil)
  }

  @Test("a marker's name is read, with whatever a carrier appends to it")
  func markers() throws {
    let marker = try #require(Marker(parsing: "20261121-\(hash)"))
    #expect(marker.name == "20261121-\(hash)")
    for ending in [" (conflicted copy)", ".sync-conflict-20261121-120000-ABCDEFG", ".tmp"] {
      #expect(Marker(parsing: marker.name + ending) == marker)
    }
  }

  @Test(
    "what is no marker is not taken for one",
    arguments: [
      "", "20261121", "20261121-", "20261321-HASH", "20261100-HASH", "2026112a-HASH",
      "20261121_HASH", "20261121-HASHa", "x20261121-HASH", "20261121-\u{301}HASH",
    ])
  func noMarkers(_ name: String) {
    let parts = name.split(separator: "HASH", omittingEmptySubsequences: false)
    #expect(Marker(parsing: parts.joined(separator: hash)) == nil)
  }

  @Test("the tag of a key depends on the post and on the key, and shows neither")
  func tags() throws {
    let key = try PrivateJWK.generate(.x25519).publicKey
    let post = try PostIdentifier.generate()
    let tag = try Tag(of: key, in: post)
    #expect(tag.text.utf8.count == 26 && Base32.isAlphabetic(tag.text.utf8))
    #expect(try Tag(of: key, in: post) == tag)
    #expect(try Tag(of: key, in: .generate()) != tag)
    #expect(try Tag(of: PrivateJWK.generate(.x25519).publicKey, in: post) != tag)
  }

  @Test("the tag of RFC 8037's key is the one that others would compute")
  func tagVector() throws {
    let text = #"{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}"#
    let key = try #require(try JWK(parsing: Array(text.utf8)).publicKey)
    let post = try #require(PostIdentifier(Array(0..<16)))
    #expect(post.text == "AAECAwQFBgcICQoLDA0ODw")
    #expect(try Tag(of: key, in: post).text == "43mh7nqc5vxgsrdjkv6kw2ux3j")
  }

  @Test("a day is that of UTC")
  func days() {
    #expect(Day(of: 1_795_219_199).text == "20261120")
    #expect(Day(of: 1_795_219_200).text == "20261121")
    #expect(Day(of: 0) < Day(of: 86_400))
  }
}

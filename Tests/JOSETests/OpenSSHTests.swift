import JOSE
import Primitives
import Testing

/// Public keys of OpenSSH.
@Suite struct OpenSSHTests {
  private func keys(_ text: String) throws -> [PublicJWK] {
    try JWKSet(openSSH: SecretBytes(text)).publicKeys
  }

  private func reason(_ text: String) -> String? {
    do {
      _ = try JWKSet(openSSH: SecretBytes(text))
      return nil
    } catch { return error.reason }
  }

  @Test(
    "RSA and ECDSA keys are what ssh-keygen itself makes of them in PEM, and encrypt",
    arguments: [
      (OpenSSHText.rsa, OpenSSHText.rsaPEM, "RSA-2048"),
      (OpenSSHText.p256, OpenSSHText.p256PEM, "P-256"),
      (OpenSSHText.p384, OpenSSHText.p384PEM, "P-384"),
      (OpenSSHText.p521, OpenSSHText.p521PEM, "P-521"),
    ])
  func converted(_ line: String, _ pem: String, _ kind: String) throws {
    let key = try #require(keys(line).first)
    #expect(
      try key.thumbprintText() == JWKSet(pem: SecretBytes(pem)).publicKeys[0].thumbprintText())
    #expect(key.kind == kind)
    #expect(key.canEncrypt)
    #expect(failure { try JWE.Recipient(key) } == nil)
  }

  @Test("an Ed25519 key is for signatures, and is not converted")
  func signing() throws {
    let key = try #require(keys(OpenSSHText.ed25519).first)
    #expect(key.curve == "Ed25519")
    #expect(key.metadata.use == .signature)
    #expect(!key.canEncrypt)
    #expect(failure { try JWE.Recipient(key) } == .unsuitableKey)
    #expect(text(key.serialized).contains(#""x":"wp7lf_8P-LBSQatCt4qax-DPLUTQe8rDoQObYhMIuE8""#))
  }

  @Test("a file of keys is read line by line, with blank lines, remarks and any line end")
  func lines() throws {
    let bare = OpenSSHText.p256.split(separator: " ").prefix(2).joined(separator: "\t")
    let text = "# team\r\n\r\n  \(OpenSSHText.rsa)\r\n\t\n\(OpenSSHText.ed25519)\n#\n\(bare)"
    #expect(try keys(text).map(\.kind) == ["RSA-2048", "Ed25519", "P-256"])
    for empty in ["", "\n", "# ssh-rsa", " \n\t\n"] { #expect(reason(empty) == "there is no key") }
  }

  @Test("what is not a plain key is refused by name and line")
  func refusals() {
    let key = OpenSSHText.ed25519
    let refusals = [
      "ssh-dss AAAAB3NzaC1kc3M= old": "DSA keys do not encrypt",
      "sk-ssh-ed25519@openssh.com AAAA x": "a key on a security token only signs for OpenSSH",
      "sk-ecdsa-sha2-nistp256@openssh.com AAAA x":
        "a key on a security token only signs for OpenSSH",
      "ssh-rsa-cert-v01@openssh.com AAAA x":
        "an OpenSSH certificate is not a key; the .pub file beside it has one",
      "sk-ssh-ed25519-cert-v01@openssh.com AAAA":
        "an OpenSSH certificate is not a key; the .pub file beside it has one",
      #"no-pty,command="echo \#(key)" \#(key)"#:
        "options stand before the key; the kind of key comes first",
      "cert-authority \(key)": "options stand before the key; the kind of key comes first",
      "SSH-ED25519 AAAA": "it does not begin with a kind of OpenSSH key that is known",
      "hello": "it does not begin with a kind of OpenSSH key that is known",
      "ssh-ed25519": "the key is missing",
      "ssh-ed25519 \(String(repeating: "A", count: 8192))": "it is longer than 8192 bytes",
    ]
    for (line, expected) in refusals { #expect(reason("# one\n\(line)") == "line 2: \(expected)") }
    #expect(reason("# one\n\(key)") == nil)
    #expect(failure { try keys(String(repeating: "#\n", count: 1 << 20)) } == .limitExceeded)
    let many = (0...1024).map { _ in key }.joined(separator: "\n")
    #expect(failure { try keys(many) } == .limitExceeded)
    #expect(failure { try keys(String(many.dropLast(key.count + 1))) } == nil)
  }

  @Test("base64 is canonical, with its padding")
  func base64() throws {
    let padded = OpenSSHText.p256.split(separator: " ").map(String.init)[1]
    let plain = OpenSSHText.rsa.split(separator: " ").map(String.init)[1]
    #expect(padded.hasSuffix("YwM=") && plain.contains("+") && plain.contains("/"))
    let bent = [
      padded.dropLast() + "", padded + "=", padded + "====", "=" + padded,
      padded.dropLast(3) + "M==",
      padded.dropLast(2) + "N=", padded + "\u{0}",
    ]
    for text in bent {
      #expect(failure { try keys("ecdsa-sha2-nistp256 \(text)") } == .malformed)
    }
    for text in [plain.replacing("+", with: "-"), plain.replacing("/", with: "_"), plain + "="] {
      #expect(failure { try keys("ssh-rsa \(text)") } == .malformed)
    }
    #expect(failure { try keys("ecdsa-sha2-nistp256 \(padded)\nssh-rsa \(plain)") } == nil)
  }
}

/// The fields inside a key, built by hand.
@Suite struct OpenSSHFieldTests {
  private static func field(_ bytes: [UInt8]) -> [UInt8] {
    let count = UInt32(bytes.count)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + bytes
  }

  private func refusal(_ kind: String, _ fields: [[UInt8]], more: [UInt8] = []) -> String? {
    refusal(kind, bytes: fields.flatMap(Self.field) + more)
  }

  private func refusal(_ kind: String, bytes: [UInt8]) -> String? {
    let text = base64URL(bytes).replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
    do {
      _ = try JWKSet(openSSH: SecretBytes("\(kind) \(text)\(padding) by hand"))
      return nil
    } catch { return String(error.reason.dropFirst("line 1: ".count)) }
  }

  private static let ed25519 = Array("ssh-ed25519".utf8)
  private static let x = [UInt8](repeating: 7, count: 32)

  @Test("the kind inside is the kind outside, and nothing is missing or left over")
  func structure() {
    let good = [Self.ed25519, Self.x]
    #expect(refusal("ssh-ed25519", good) == nil)
    #expect(refusal("ssh-rsa", good) == "the key is of another kind than its line says")
    #expect(
      refusal("ssh-ed25519", [Array("ssh-ed448".utf8), Self.x])
        == "the key is of another kind than its line says")
    #expect(refusal("ssh-ed25519", good, more: [0]) == "something follows the key")
    #expect(refusal("ssh-ed25519", good + [[]]) == "something follows the key")
    for count in [0, 31, 33] {
      let x = [UInt8](repeating: 7, count: count)
      #expect(refusal("ssh-ed25519", [Self.ed25519, x]) == "a key for Ed25519 has 32 bytes")
    }
    let whole = good.flatMap(Self.field)
    for count in 0..<whole.count {
      #expect(refusal("ssh-ed25519", bytes: Array(whole.prefix(count))) != nil)
    }
    let endless = Self.field(Self.ed25519) + [0xFF, 0xFF, 0xFF, 0xFF] + Self.x
    #expect(refusal("ssh-ed25519", bytes: endless) == "the key ends too soon")
  }

  @Test("an ECDSA point is on the named curve, uncompressed and of its size")
  func point() throws {
    let key = try KeyText(PrivateJWK.generate(.p256).publicKey)
    let point = try [0x04] + key.octets("x") + key.octets("y")
    let kind = "ecdsa-sha2-nistp256"
    func refusal(_ curve: String, _ point: [UInt8]) -> String? {
      self.refusal(kind, [Array(kind.utf8), Array(curve.utf8), point])
    }
    #expect(refusal("nistp256", point) == nil)
    #expect(refusal("nistp384", point) == "the key is on another curve than its kind says")
    let shape = "the point is not uncompressed or has the wrong size"
    for bent: [UInt8] in [
      [], [0], Array(point.dropLast()), point + [0], [0x02] + point[1...32], [0x06] + point[1...],
    ] { #expect(refusal("nistp256", bent) == shape) }
    var off = point
    off[64] ^= 1
    #expect(refusal("nistp256", off) == "the key is not valid")
  }

  @Test("RSA numbers are positive and minimal, and the key is strong")
  func rsa() throws {
    let key = try KeyText(SlowKeys.rsa.get().publicKey)
    let (n, e) = (try key.octets("n"), try key.octets("e"))
    func refusal(_ e: [UInt8], _ n: [UInt8]) -> String? {
      self.refusal("ssh-rsa", [Array("ssh-rsa".utf8), e, n])
    }
    #expect(refusal(e, [0] + n) == nil)
    let shape = "a number of the key is not positive or not minimal"
    // The modulus begins with a one bit: without the zero byte it is negative.
    #expect(refusal(e, n) == shape)
    #expect(refusal(e, [0, 0] + n) == shape)
    #expect(refusal([0] + e, [0] + n) == shape)
    for number: [UInt8] in [[], [0]] { #expect(refusal(number, [0] + n) == shape) }
    #expect(refusal([2], [0] + n) == "the RSA exponent is even, below 3 or over 64 bits")
    let short = [0] + n.suffix(128).enumerated().map { $0 == 0 ? $1 | 0x80 : $1 }
    #expect(
      refusal(e, short) == "an RSA modulus of 1024 bits is not between 2048 and 16384")
  }
}

import Primitives
import Testing
import Vectors

/// RFC 7518, appendix B: AES-CBC with HMAC.
@Suite struct RFC7518Tests {
  @Test(
    "the test cases of appendix B seal and open",
    arguments: [
      (AEAD.aes128CBCHMACSHA256, "c80edfa32ddf39d5ef00c0b4", "652c3fa36b0a7c5b3219fab3a30bc1c4"),
      (
        .aes192CBCHMACSHA384, "ea65da6b59e61edb419be62d",
        "8490ac0e58949bfe51875d733f93ac2075168039ccc733d7"
      ),
      (
        .aes256CBCHMACSHA512, "4affaaadb78c31c5da4b1b59",
        "4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"
      ),
    ])
  func cbcHMAC(_ cipher: AEAD, _ start: String, _ expectedTag: String) throws {
    let plaintext = Array(
      ("A cipher system must not be required to be secret, and it must be able to fall into "
        + "the hands of the enemy without inconvenience").utf8)
    let data = Array("The second principle of Auguste Kerckhoffs".utf8)
    let nonce = try bytes(hex: "1af38c2dc2b96ffdd86694092341bc04")
    let keyBytes = (0..<cipher.keyByteCount).map { UInt8($0) }
    let key = SecretBytes(copying: keyBytes.span)

    let sealer = try cipher.sealer(key: key, nonce: nonce.span, additionalData: data.span)
    var ciphertext: [UInt8] = []
    try sealer.update(plaintext.span, appendingTo: &ciphertext)
    let tag = try sealer.finish(appendingTo: &ciphertext)
    // The tag covers every byte of the ciphertext, so its start is enough to tell the two apart.
    #expect(try Array(ciphertext.prefix(12)) == bytes(hex: start))
    #expect(try tag == bytes(hex: expectedTag))

    let opener = try cipher.opener(key: key, nonce: nonce.span, additionalData: data.span)
    var opened: [UInt8] = []
    try opener.update(ciphertext.span, appendingTo: &opened)
    try opener.finish(tag: tag.span, appendingTo: &opened)
    #expect(opened == plaintext)
  }
}

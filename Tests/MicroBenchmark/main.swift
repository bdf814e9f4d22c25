// Base64url and each AEAD by themselves, beside the speed of the bare library and of memcpy.

import COpenSSL
import Primitives

/// The best of several rounds, in GB/s of plaintext: noise only ever makes things slower.
func speed(_ byteCount: Int, _ body: () throws -> Void) rethrows -> Double {
  var best = Duration.seconds(1000)
  for _ in 0..<7 {
    let time = try ContinuousClock().measure { for _ in 0..<200 { try body() } }
    best = min(best, time)
  }
  let seconds = Double(best.components.seconds) + Double(best.components.attoseconds) / 1e18
  return Double(byteCount) * 200 / seconds / 1e9
}

func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

let byteCount = 3 << 15
let bytes = try RandomSource.system.bytes(byteCount)
let text = Base64URL.encode(bytes.span)
var room: [UInt8] = []
room.reserveCapacity(2 * byteCount)

print("\n### base64url and AEAD in pieces of \(byteCount >> 10) KiB\n")
print("| what | GB/s | bare library, GB/s |\n|---|---|---|")
for level in Base64URL.Level.available {
  let encode = speed(byteCount) {
    room.removeAll(keepingCapacity: true)
    Base64URL.encode(bytes.span, appendingTo: &room, level: level)
  }
  let decode = try speed(byteCount) {
    room.removeAll(keepingCapacity: true)
    try Base64URL.decode(text.span, appendingTo: &room, level: level)
  }
  print("| base64url encode, \(level) | \(rounded(encode)) | |")
  print("| base64url decode, \(level) | \(rounded(decode)) | |")
}

/// The cipher alone, called as plainly as can be.
func bare(_ name: String, keyByteCount: Int) -> Double {
  let cipher = EVP_CIPHER_fetch(nil, name, nil)
  let context = EVP_CIPHER_CTX_new()
  defer {
    EVP_CIPHER_CTX_free(context)
    EVP_CIPHER_free(cipher)
  }
  let key = [UInt8](repeating: 1, count: keyByteCount)
  let nonce = [UInt8](repeating: 2, count: 16)
  EVP_EncryptInit_ex2(context, cipher, key, nonce, nil)
  var output = [UInt8](repeating: 0, count: byteCount + 32)
  var written: Int32 = 0
  return speed(byteCount) {
    EVP_EncryptUpdate(context, &output, &written, bytes, Int32(byteCount))
  }
}

for (name, aead, library) in [
  ("A128GCM", AEAD.aes128GCM, "AES-128-GCM"), ("A256GCM", .aes256GCM, "AES-256-GCM"),
  ("A128CBC-HS256", .aes128CBCHMACSHA256, "AES-128-CBC"),
  ("A256CBC-HS512", .aes256CBCHMACSHA512, "AES-256-CBC"),
  ("XC20P", .xchacha20Poly1305, "ChaCha20-Poly1305"),
] {
  let key = try RandomSource.system.secret(aead.keyByteCount)
  let nonce = try RandomSource.system.bytes(aead.nonceByteCount)
  let sealer = try aead.sealer(key: key, nonce: nonce.span, additionalData: [UInt8]().span)
  let own = try speed(byteCount) {
    room.removeAll(keepingCapacity: true)
    try sealer.update(bytes.span, appendingTo: &room)
  }
  let keyByteCount = library.contains("128") ? 16 : 32
  let other = bare(library, keyByteCount: keyByteCount)
  let note = library.contains("CBC") ? " (without HMAC)" : ""
  print("| \(name) | \(rounded(own)) | \(rounded(other))\(note) |")
}

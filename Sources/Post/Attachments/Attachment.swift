internal import JOSE
internal import Primitives

/// Something that comes with a message: what it is, and where its encrypted parts lie.
public struct Attachment: Sendable {
  /// What its sender calls it.
  ///
  /// Any text: it is for the receiver to make a file name of it.
  public let name: String
  /// What kind of content it is, such as `image/png`.
  public let mediaType: String
  /// Its size in bytes.
  public let byteCount: Int
  /// The SHA-256 of its content.
  let digest: [UInt8]
  /// The key of all its parts.
  let key: SecretBytes
  /// The parts in their order; none for empty content.
  let parts: [ContentHash]

  /// The plaintext of each part but the last, in bytes.
  static let partByteCount = 8 << 20
  /// A part as it lies in the post: base64url, and five parts with dots between.
  static let maximumEnvelopeByteCount = partByteCount / 3 * 4 + (1 << 12)
  static let keyByteCount = 32
  /// What a message of 1 MiB has room for.
  static let maximumPartCount = 10_000
}

extension Attachment {
  var json: JSONText {
    .object([
      .init("name", .string(name)),
      .init("type", .string(mediaType)),
      .init("size", .integer(byteCount)),
      .init("digest", .base64URL(digest)),
      .init("key", .secretBase64URL(key)),
      .init("parts", .array(parts.map { .string($0.text) })),
    ])
  }

  init(_ value: JSONValue) throws(PostError) {
    guard let name = value["name"]?.string, let mediaType = value["type"]?.string,
      name.utf8.count <= 1 << 12, mediaType.utf8.count <= 1 << 8,
      let byteCount = value["size"]?.integer, let parts = value["parts"], parts.isArray
    else { throw PostError(.malformed, "an attachment is not described as it should be") }
    let hashes = parts.elements.compactMap { $0.string.flatMap(ContentHash.init(parsing:)) }
    // One way only to cut content into parts: a size that lies is found out here.
    guard byteCount >= 0, hashes.count == parts.elements.count,
      hashes.count <= Self.maximumPartCount,
      hashes.count == byteCount / Self.partByteCount
        + (byteCount % Self.partByteCount == 0 ? 0 : 1)
    else { throw PostError(.malformed, "an attachment's parts do not make up its size") }
    let (digest, key) = try floor { () throws(JOSEError) in
      (try value["digest"]?.base64URL("digest"), try value["key"]?.secretBase64URL("key"))
    }
    guard let digest, digest.count == 32, let key, key.byteCount == Self.keyByteCount else {
      throw PostError(.malformed, "an attachment's digest or key is not 256 bits")
    }
    self.init(
      name: name, mediaType: mediaType, byteCount: byteCount, digest: digest, key: key,
      parts: hashes)
  }
}

/// Base64 with padding (RFC 4648 §4), as strict as ``Base64URL``: one text for each byte string.
package enum Base64 {
  /// The bytes that `text` stands for.
  ///
  /// - Throws: ``PrimitiveError`` `invalidEncoding` unless `text` is canonical: whole groups of four,
  ///   `=` at the end and only where it must be, unused bits zero.
  package static func decode(_ text: Span<UInt8>) throws(PrimitiveError) -> [UInt8] {
    let padding = UInt8(ascii: "=")
    var bare = [UInt8](copying: text)
    while bare.last == padding, text.count - bare.count < 2 { bare.removeLast() }
    guard text.count % 4 == 0 else { throw refusal }
    for index in bare.indices {
      switch bare[index] {
      case UInt8(ascii: "+"): bare[index] = UInt8(ascii: "-")
      case UInt8(ascii: "/"): bare[index] = UInt8(ascii: "_")
      case UInt8(ascii: "-"), UInt8(ascii: "_"): throw refusal
      default: break
      }
    }
    do { return try Base64URL.decode(bare.span) } catch { throw refusal }
  }

  private static let refusal = PrimitiveError(.invalidEncoding, "the text is not canonical base64")
}

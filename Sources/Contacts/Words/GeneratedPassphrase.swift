package import Primitives

/// A passphrase of ten random words, which nobody has to think of and nobody will guess.
///
/// 110 bits: enough to be out of reach even where the derivation costs the guesser nothing.
package enum GeneratedPassphrase {
  /// How many words there are, each worth 11 bits.
  package static let wordCount = 10

  /// The words of a fresh one in small letters, joined by hyphens: 39 to 89 bytes of ASCII.
  ///
  /// They are put together in protected memory and never stand in a `String`, which cannot be wiped.
  ///
  /// - Throws: ``PrimitiveError`` `randomUnavailable`.
  package static func make(
    random: RandomSource = .system
  ) throws(PrimitiveError) -> SecretBytes {
    let choices = try random.secret(2 * wordCount)
    return choices.withBytes { joined($0) }
  }

  /// Two bytes a word, of which 11 bits count: the list's size divides what they can say, so that
  /// every word is as likely.
  private static func joined(_ choices: Span<UInt8>) -> SecretBytes {
    func word(_ index: Int) -> String.UTF8View {
      let choice = Int(choices[2 * index]) << 8 | Int(choices[2 * index + 1])
      return WordList.words[choice % WordList.count].utf8
    }
    let byteCount = (0..<wordCount).reduce(wordCount - 1) { $0 + word($1).count }
    return SecretBytes(byteCount: byteCount) { output in
      var offset = 0
      for index in 0..<wordCount {
        if index > 0 {
          output[offset] = UInt8(ascii: "-")
          offset += 1
        }
        for byte in word(index) {
          output[offset] = byte
          offset += 1
        }
      }
    }
  }
}

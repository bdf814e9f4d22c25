public import JOSE
internal import Primitives

/// A passphrase of ten random words, which nobody has to think of and nobody will guess.
///
/// 110 bits: enough to be out of reach even where the derivation costs the guesser nothing.
public struct GeneratedPassphrase: Sendable {
  /// How many words there are, each worth 11 bits.
  public static let wordCount = 10

  /// The words in small letters, joined by hyphens: 39 to 89 bytes of ASCII.
  ///
  /// They are put together here and never stand in a `String`, which could not be wiped.
  public let text: SecretBytes

  /// Makes a fresh one.
  ///
  /// - Throws: ``ContactsError`` `internalFailure` when the system yields no randomness.
  public init() throws(ContactsError) { try self.init(random: .system) }

  package init(random: RandomSource) throws(ContactsError) {
    let choices: SecretBytes
    do { choices = try random.secret(2 * Self.wordCount) } catch {
      throw ContactsError(.internalFailure, error.reason, underlying: error)
    }
    text = choices.withBytes { Self.joined($0) }
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

/// A command line in a variable, such as PAGER, without the shell that it may have been meant for.
enum CommandWords {
  /// The words of `text`, apart by spaces; nil when a quote is open or nothing follows a backslash.
  ///
  /// Quotes and backslashes are as in a shell. Nothing else is: a `$` or a `;` is a character.
  static func split(_ text: String) -> [String]? {
    var words: [String] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == quote {
        quote = nil
      } else if scalar == "\\", quote != "'" {
        guard let next = rest.popFirst() else { return nil }
        // Between double quotes it escapes but a few.
        let isKept = quote == "\"" && !["\"", "\\", "$", "`"].contains(next)
        word = (word ?? .init()) + (isKept ? [scalar, next] : [next])
      } else if quote == nil, scalar == "'" || scalar == "\"" {
        quote = scalar
        word = word ?? .init()
      } else if quote == nil, scalar == " " || scalar == "\t" || scalar == "\n" {
        if let word { words.append(String(word)) }
        word = nil
      } else {
        word = (word ?? .init()) + [scalar]
      }
    }
    guard quote == nil else { return nil }
    return words + (word.map { [String($0)] } ?? [])
  }
}

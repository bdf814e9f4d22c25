internal import DurableFiles

/// A day in UTC as folders and markers have it, `20261121`.
struct Day: Hashable, Sendable, Comparable {
  static let secondCount = 86_400
  static let characterCount = 8

  let text: String

  /// The day of a time in seconds since 1970.
  init(of time: Int) { text = Platform.day(of: time).filter { $0 != "-" } }

  /// Reads a day as it stands in a name; nil when it is none.
  init?(parsing text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count == Self.characterCount, bytes.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    let (month, day) = (bytes[4...5], bytes[6...7])
    guard (1...12).contains(Self.number(month)), (1...31).contains(Self.number(day)) else {
      return nil
    }
    self.text = String(text)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int {
    digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  static func < (left: Day, right: Day) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

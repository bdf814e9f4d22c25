/// Values without quotes: numbers, dates and truth values.
enum TOMLWord {
  /// What `word` is; nil when TOML has no such value.
  static func kind(_ word: [UInt8]) -> SecretToken.Kind? {
    if word == Array("true".utf8) || word == Array("false".utf8) { return .boolean }
    if isInteger(word) || isFloat(word) { return .number }
    return isDate(word) ? .date : nil
  }

  private static func isInteger(_ word: [UInt8]) -> Bool {
    let radixes: [(String, (UInt8) -> Bool)] = [
      ("0x", { $0.isHexDigit }), ("0o", { (0x30...0x37).contains($0) }),
      ("0b", { $0 == 0x30 || $0 == 0x31 }),
    ]
    for (prefix, isDigit) in radixes where word.starts(with: prefix.utf8) {
      return isRun(word.dropFirst(2), isDigit)
    }
    return isDecimal(unsigned(word[...]))
  }

  private static func unsigned(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    [0x2B, 0x2D].contains(word.first) ? word.dropFirst() : word
  }

  /// Digits without a leading zero.
  private static func isDecimal(_ word: ArraySlice<UInt8>) -> Bool {
    isRun(word, \.isDigit) && (word.count == 1 || word.first != 0x30)
  }

  /// Digits, each underscore between two of them.
  private static func isRun(_ word: ArraySlice<UInt8>, _ isDigit: (UInt8) -> Bool) -> Bool {
    let groups = word.split(separator: 0x5F, omittingEmptySubsequences: false)
    return groups.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
  }

  private static func isFloat(_ word: [UInt8]) -> Bool {
    let rest = unsigned(word[...])
    if rest.elementsEqual("inf".utf8) || rest.elementsEqual("nan".utf8) { return true }
    let exponents = rest.split(omittingEmptySubsequences: false) { $0 == 0x65 || $0 == 0x45 }
    guard exponents.count <= 2 else { return false }
    if exponents.count == 2, !isRun(unsigned(exponents[1]), \.isDigit) { return false }
    let parts = exponents[0].split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 2 || (parts.count == 1 && exponents.count == 2) else { return false }
    return isDecimal(parts[0]) && (parts.count == 1 || isRun(parts[1], \.isDigit))
  }

  /// RFC 3339: a date, a time, or both with an offset or without.
  private static func isDate(_ word: [UInt8]) -> Bool {
    if word.count > 2, word[2] == 0x3A { return isTime(word[...]) }
    guard word.count >= 10, isDay(word[..<10]) else { return false }
    guard word.count > 10 else { return true }
    guard [0x54, 0x74, 0x20].contains(word[10]) else { return false }
    var time = word[11...]
    if [0x5A, 0x7A].contains(time.last) {
      time.removeLast()
    } else if time.count > 6, [0x2B, 0x2D].contains(time[time.endIndex - 6]) {
      guard isClock(time.suffix(5)) else { return false }
      time.removeLast(6)
    }
    return isTime(time)
  }

  private static func isDay(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: 0x2D, omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], let year = number(parts[0]),
      let month = number(parts[1]), let day = number(parts[2]), (1...12).contains(month)
    else { return false }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    return (1...days).contains(day)
  }

  /// Hours and minutes.
  private static func isClock(_ text: ArraySlice<UInt8>) -> Bool {
    let parts = text.split(separator: 0x3A, omittingEmptySubsequences: false)
    guard parts.map(\.count) == [2, 2], let hour = number(parts[0]), let minute = number(parts[1])
    else { return false }
    return hour < 24 && minute < 60
  }

  private static func isTime(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count >= 8, isClock(text.prefix(5)), text[text.startIndex + 5] == 0x3A,
      let second = number(text.dropFirst(6).prefix(2)), second <= 60
    else { return false }
    let rest = text.dropFirst(8)
    return rest.isEmpty
      || (rest.first == 0x2E && rest.count > 1 && rest.dropFirst().allSatisfy(\.isDigit))
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    digits.allSatisfy(\.isDigit) ? Int(String(decoding: digits, as: UTF8.self)) : nil
  }
}

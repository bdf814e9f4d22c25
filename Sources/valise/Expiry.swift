internal import ArgumentParser
internal import DurableFiles

/// When something ends, as people say it: `12h`, `30d`, `12w`, `6m`, `2y`, or a day, `2027-01-31`.
struct Expiry: ExpressibleByArgument {
  private enum Value {
    case after(seconds: Int)
    case day(year: Int, month: Int, day: Int)
  }

  private let value: Value

  private static let daySeconds = 86_400
  private static let units: [Character: Int] = [
    "h": 3_600, "d": daySeconds, "w": 7 * daySeconds, "m": 30 * daySeconds, "y": 365 * daySeconds,
  ]
  /// A hundred years: more is a slip of the finger.
  private static let maximumSeconds = 36_525 * daySeconds

  init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
    if parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2], let year = Self.number(parts[0]),
      let month = Self.number(parts[1]), let day = Self.number(parts[2]),
      (1...12).contains(month), (1...Self.dayCount(month, of: year)).contains(day)
    {
      value = .day(year: year, month: month, day: day)
      return
    }
    guard let unit = argument.last.flatMap({ Self.units[$0] }),
      let count = Self.number(argument.dropLast()), count > 0, count <= Self.maximumSeconds / unit
    else { return nil }
    value = .after(seconds: count * unit)
  }

  /// The time in seconds since 1970, counted from `now`; the end of a day that was named.
  ///
  /// - Throws: ``Failure`` when that is over.
  func time(from now: Int) throws -> Int {
    switch value {
    case .after(let seconds): return now + seconds
    case .day(let year, let month, let day):
      let end = (Self.daysSince1970(year, month, day) + 1) * Self.daySeconds
      guard end > now else {
        throw Failure(
          .usage, "the day \(Platform.day(of: end - 1)) is over",
          hint: "--expires takes a day to come, or 90d, 12w, 6m, 2y")
      }
      return end
    }
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
  }

  private static func dayCount(_ month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// In the Gregorian calendar, from 1970 on.
  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let leapDays = { (year: Int) in year / 4 - year / 100 + year / 400 }
    let years = (year - 1970) * 365 + leapDays(year - 1) - leapDays(1969)
    return years + (1..<month).map { dayCount($0, of: year) }.reduce(0, +) + day - 1
  }
}

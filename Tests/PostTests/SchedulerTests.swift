import Testing

@testable import Post

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Three people with two devices each, over a carrier that reorders, delays, doubles, tears, deletes
/// and brings back, until it comes to rest.
///
/// `VALISE_POST_SEEDS` is how many courses of events there are, and `VALISE_POST_SEED` the first.
@Suite struct SchedulerTests {
  private static let laneCount = 4

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }

  @Test("whatever a carrier does, each message arrives once", arguments: 0..<laneCount)
  func schedules(_ lane: Int) throws {
    let first = Self.number("VALISE_POST_SEED") ?? 1
    let count = Self.number("VALISE_POST_SEEDS") ?? 200
    let people = try (0..<3).map { _ in try Person(deviceCount: 2) }
    for seed in first..<first + count where seed % Self.laneCount == lane {
      var schedule = try Schedule(seed: UInt64(seed), people: people)
      try schedule.run()
      try schedule.comeToRest()
      let problems = try schedule.problems()
      #expect(problems == [], "VALISE_POST_SEED=\(seed)")
      guard problems.isEmpty else { return }
    }
  }
}

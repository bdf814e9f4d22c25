import Testing

@testable import Post

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Three people with two devices each, over a carrier that reorders, delays, doubles, tears and
/// deletes, until it comes to rest.
@Suite struct SchedulerTests {
  private static let seedCount =
    getenv("VALISE_POST_SEEDS").flatMap { Int(String(cString: $0)) } ?? 200
  private static let firstSeed =
    getenv("VALISE_POST_SEED").flatMap { Int(String(cString: $0)) } ?? 1

  @Test("whatever a carrier does, each message arrives once")
  func schedules() throws {
    let people = try (0..<3).map { _ in try Person(deviceCount: 2) }
    for seed in Self.firstSeed..<Self.firstSeed + Self.seedCount {
      var schedule = try Schedule(seed: UInt64(seed), people: people)
      try schedule.run()
      try schedule.comeToRest()
      let problems = try schedule.problems()
      #expect(problems == [], "VALISE_POST_SEED=\(seed)")
      guard problems.isEmpty else { return }
    }
  }
}

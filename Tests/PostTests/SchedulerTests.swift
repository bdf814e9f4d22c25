import Testing

@testable import Post

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Three people with two devices each, over a carrier that reorders, delays, doubles, tears, deletes
/// and brings back, while clocks are wrong and synchronizations are killed, until it comes to rest.
///
/// `VALISE_POST_SEEDS` is how many courses of events there are, and `VALISE_POST_SEED` the first;
/// with `VALISE_POST_TRACE` all that happens is printed.
@Suite struct SchedulerTests {
  private static let laneCount = 4

  private static func number(_ name: String) -> Int? {
    getenv(name).flatMap { Int(String(cString: $0)) }
  }

  @Test("whatever a carrier does, each message arrives once", arguments: 0..<laneCount)
  func schedules(_ lane: Int) throws {
    let first = Self.number("VALISE_POST_SEED") ?? 1
    let count = Self.number("VALISE_POST_SEEDS") ?? 200
    let people = try Person.inOrder(3, deviceCount: 2)
    for seed in first..<first + count where seed % Self.laneCount == lane {
      var schedule = try Schedule(seed: UInt64(seed), people: people)
      try schedule.run()
      try schedule.comeToRest()
      let problems = try schedule.problems()
      #expect(problems == [], "VALISE_POST_SEED=\(seed)")
      if getenv("VALISE_POST_TRACE") != nil { print(schedule.trace.joined(separator: "\n")) }
      guard problems.isEmpty else { return }
    }
  }

  @Test("the seed alone decides what happens", arguments: 0..<laneCount)
  func reproduction(_ lane: Int) throws {
    for seed in UInt64(lane) * 5..<UInt64(lane + 1) * 5 {
      // Other keys, hence other names and other bytes.
      let traces = try (0..<2).map { _ in
        var schedule = try Schedule(seed: seed, people: Person.inOrder(3, deviceCount: 2))
        try schedule.run()
        try schedule.comeToRest()
        return schedule.trace
      }
      let difference = zip(traces[0], traces[1]).first { $0 != $1 }
      #expect(difference == nil && traces[0].count == traces[1].count, "VALISE_POST_SEED=\(seed)")
    }
  }

  @Test("all that may happen does happen")
  func coverage() throws {
    var events: Set<Schedule.Event> = []
    let people = try Person.inOrder(3, deviceCount: 2)
    for seed in 1...40 {
      var schedule = try Schedule(seed: UInt64(seed), people: people)
      try schedule.run()
      events.formUnion(schedule.events)
    }
    #expect(events == Set(Schedule.Event.allCases))
  }
}

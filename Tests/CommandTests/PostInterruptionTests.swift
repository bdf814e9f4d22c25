import Foundation
import Testing

/// An exchange through a post when a process is killed, or a disk fails it, at any step.
@Suite("Messages whose sending or receiving is interrupted")
struct PostInterruptionTests {
  typealias Step = PostExchange.Step

  @Test("a kill at any step, and the message still arrives exactly once", arguments: Step.allCases)
  func killed(_ step: Step) throws {
    let exchange = try PostExchange()
    let points = try Self.points(of: step, in: exchange, about: 5)
    var killCount = 0
    for point in points {
      try exchange.reset(to: step)
      killCount += try Self.kill(step, at: point, in: exchange)
      try exchange.comeToRest()
      try exchange.checkDelivery("\(step) \(point)")
      // What was sealed for a message that was not queued is kept for a day.
      try exchange.checkTidiness("\(step) \(point)", abandonedParts: step == .send ? 1 : 0)
    }
    Self.note("\(step): \(killCount) kills at \(points.count) places")
    #expect(killCount * 5 >= points.count * 4)
  }

  @Test("what was deleted after a kill is not delivered again")
  func deletedByReceiver() throws {
    let exchange = try PostExchange()
    for point in try Self.points(of: .collect, in: exchange, about: 4) {
      try exchange.reset(to: .collect)
      _ = try Self.kill(.collect, at: point, in: exchange)
      let count = try exchange.deleteAll("inbox", of: "bob")
      try exchange.comeToRest()
      if count > 0 {
        try exchange.checkAbsence("\(point)")
      } else {
        try exchange.checkDelivery("\(point)")
      }
      try exchange.checkTidiness("\(point)")
    }
  }

  @Test("what its sender deleted after a kill is taken back whole")
  func deletedBySender() throws {
    let exchange = try PostExchange()
    for point in try Self.points(of: .publish, in: exchange, about: 4) {
      try exchange.reset(to: .publish)
      _ = try Self.kill(.publish, at: point, in: exchange)
      #expect(try exchange.deleteAll("sent", of: "alice") == 1, "\(point)")
      try exchange.synchronize()
      try exchange.checkAbsence("\(point)")
      try exchange.checkTidiness("\(point)")
    }
  }

  @Test(
    "a disk that fails at any step is told of, and loses nothing",
    arguments: [Step.send, .publish, .collect, .settle])
  func failing(_ step: Step) throws {
    let exchange = try PostExchange()
    let errors = ["ENOSPC", "EIO", "EDQUOT"]
    let calls = [
      "write", "pwrite64", "fsync", "fdatasync", "linkat", "rename", "mkdirat", "syncfs",
    ]
    let points = try Self.points(of: step, in: exchange, about: 4) { calls.contains($0.call) }
    var failureCount = 0
    for (index, point) in points.enumerated() {
      let error = errors[index % errors.count]
      let place: Comment = "\(step) \(point) \(error)"
      try exchange.reset(to: step)
      let outcome = try exchange.traced(step).run("error=\(error)", at: point)
      #expect(outcome.status < 128, "\(place): \(outcome)")
      if outcome.status != 0 {
        failureCount += 1
        #expect(outcome.status == 74, "\(place): \(outcome)")
        #expect(outcome.standardError.starts(with: Data("valise: error: ".utf8)), place)
      }
      try exchange.comeToRest()
      try exchange.checkDelivery(place)
      try exchange.checkTidiness(place, abandonedParts: step == .send ? 1 : 0)
    }
    Self.note("\(step): \(failureCount) errors of \(points.count) failures")
    #expect(failureCount * 5 >= points.count * 4)
  }

  // MARK: Places

  private static func kill(
    _ step: Step, at point: TracedCommand.Point, in exchange: PostExchange
  ) throws -> Int {
    let outcome = try exchange.traced(step).run("signal=SIGKILL", at: point)
    // What the runtime does for itself, such as waking its threads, it may do once less.
    #expect([0, 128 + 9].contains(outcome.status), "\(step) \(point): \(outcome)")
    return outcome.status == 0 ? 0 : 1
  }

  /// Some of the places where `step` alters something, from a random one on; all of them with
  /// `$VALISE_TEST_EXHAUSTIVE`, as `make interruptions` runs it.
  private static func points(
    of step: Step, in exchange: PostExchange, about count: Int,
    where isWanted: (TracedCommand.Point) -> Bool = { _ in true }
  ) throws -> [TracedCommand.Point] {
    try exchange.reset(to: step)
    let points = try exchange.traced(step).points().filter(isWanted)
    #expect(points.count > 10)
    guard ProcessInfo.processInfo.environment["VALISE_TEST_EXHAUSTIVE"] == nil else {
      return points
    }
    let stride = max(points.count / count, 1)
    let offset = Int.random(in: 0..<stride)
    note("\(step): every \(stride)th place of \(points.count) from \(offset)")
    return Swift.stride(from: offset, to: points.count, by: stride).map { points[$0] }
  }

  private static func note(_ text: String) { print("PostInterruptionTests: \(text)") }
}

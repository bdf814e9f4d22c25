import Foundation
import Testing

/// The keyring when its process is killed, or the disk fails it, at any step.
@Suite("Changes of the keyring that are interrupted")
struct InterruptionTests {
  @Test(
    "a kill at any step leaves the old or the new state, and the next run works",
    arguments: KeyringChange.all)
  func killed(_ change: KeyringChange) throws {
    let keyring = try ChangingKeyring(change)
    let (old, new, points) = try Self.survey(keyring)
    for point in points {
      try keyring.reset()
      let outcome = try keyring.run("signal=SIGKILL", at: point)
      #expect(outcome.status == 128 + 9, "\(point): \(outcome)")
      try Self.checkAftermath(keyring, old: old, new: new, point)
    }
  }

  @Test(
    "a disk that fails at any step is an error, and leaves the old or the new state",
    arguments: KeyringChange.representative)
  func failing(_ change: KeyringChange) throws {
    let keyring = try ChangingKeyring(change)
    let (old, new, points) = try Self.survey(keyring)
    let errors = ["write": "ENOSPC", "linkat": "ENOSPC", "mkdir": "ENOSPC", "openat": "ENOSPC"]
    for point in points where point.call != "flock" {
      try keyring.reset()
      let outcome = try keyring.run("error=\(errors[point.call] ?? "EIO")", at: point)
      #expect(outcome.status < 128, "\(point): \(outcome)")
      if outcome.status == 0 {
        // A cache, or what is said on standard error, may be lost; the change may not.
        #expect(try keyring.view() == new, "\(point): \(outcome)")
      } else {
        #expect(outcome.standardError.starts(with: Data("valise: error: ".utf8)), "\(point)")
      }
      try Self.checkAftermath(keyring, old: old, new: new, point)
    }
  }

  private static func survey(
    _ keyring: ChangingKeyring
  ) throws -> (old: String, new: String, points: [ChangingKeyring.Point]) {
    let old = try keyring.view()
    let points = try keyring.points()
    let new = try keyring.view()
    #expect(old != new)
    #expect(points.count > 4)
    #expect(try keyring.strays().isEmpty)
    return (old, new, points)
  }

  private static func checkAftermath(
    _ keyring: ChangingKeyring, old: String, new: String, _ point: ChangingKeyring.Point
  ) throws {
    let state = try keyring.view()
    #expect(state == old || state == new, "\(point)")
    if state == old {
      let again = try keyring.run()
      #expect(again.status == 0, "\(point): \(again)")
      #expect(try keyring.view() == new, "\(point)")
    }
    let next = try keyring.runNext()
    #expect(next.status == 0, "\(point): \(next)")
    #expect(try keyring.strays() == [], "\(point)")
  }
}

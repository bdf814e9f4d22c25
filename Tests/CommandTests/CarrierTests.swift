import Foundation
import Testing

/// Carriers that need no server bring a post to and fro between two people, killed on the way.
///
/// `make carriers` does the same with all of them.
@Suite("Carriers") struct CarrierTests {
  @Test(
    "sixty messages each way arrive once each", .enabled(if: !Program.isDebug, "a release takes"),
    arguments: ["rsync", "git", "stick"])
  func carries(_ name: String) throws {
    let script = Program.tests.appendingPathComponent("Carriers/run.sh").path
    let sandbox = try Sandbox()
    let outcome = try Subprocess(["sh", script, Program.path, name], in: sandbox).run()
    let said = String(decoding: outcome.standardOutput, as: UTF8.self)
    // What is skipped is said, and not taken for done.
    if said.contains("skipped") {
      print(said)
    } else {
      #expect(outcome.status == 0, "\(outcome)")
      #expect(said.contains("\(name): 60 messages each way, once each"), "\(outcome)")
    }
  }
}

import JOSE
import Testing

@testable import Post

/// A synchronization that ends at any of its steps, as by a kill or a full disk, on either side.
@Suite struct InterruptionTests {
  /// Exchanges a message with an attachment while one side's transport fails once, at its step
  /// number `step`; false when there were fewer steps.
  private func exchange(
    failingAt step: Int, _ code: PostError.Code, sender isSender: Bool
  ) throws -> Bool {
    let world = try World()
    let (alice, bob, people) = try world.pair()
    let attachment = try alice.mailbox.attach(
      BytesInMemory([1, 2, 3]), name: "a", mediaType: "text/plain", now: world.now)
    try alice.send("once", to: people[1]) { $0.attachments = [attachment] }
    let failing = FailingTransport(world.transport, step: step, code: code)
    let sound = FailingTransport(world.transport, step: .max, code: code)
    var failures: [PostError.Code] = []
    for _ in 0..<4 {
      for (device, fails) in [(alice, isSender), (bob, !isSender)] {
        let courier = Courier(
          device.mailbox, world.post, over: fails ? failing : sound, keys: device.keys,
          knowing: device.circle)
        // What is about one file is told, and ends nothing.
        do { failures += try courier.sync(now: world.now).troubles.map(\.code) } catch {
          failures.append(error.code)
        }
      }
      world.now += 2 * World.hour
    }
    #expect(failures == (failing.hasFailed ? [code] : []))
    #expect(try bob.bodies() == ["once"])
    #expect(try alice.mailbox.sent(limit: 1)[0].acknowledgedAt.count == 1)
    #expect(world.transport.files.keys.sorted() == ["post.json"])
    return failing.hasFailed
  }

  @Test(
    "interrupted at any step, it goes on from there, and the message arrives once",
    arguments: [PostError.Code.noSpace, .inputOutput], [true, false])
  func everyStep(_ code: PostError.Code, _ isSender: Bool) throws {
    var step = 0
    // Far more than there are, so that a fault cannot keep the test going for ever.
    while step < 500, try exchange(failingAt: step, code, sender: isSender) { step += 1 }
    #expect((15..<500).contains(step))
  }
}

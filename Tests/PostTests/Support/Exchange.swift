import Testing

@testable import Post

/// What tests of two people begin with, who know each other and have a device each.
class Exchange {
  let world: World
  let alice: Device
  let bob: Device
  let people: [Person]

  init() throws {
    world = try World()
    (alice, bob, people) = try world.pair()
  }

  var messages: [String] { world.transport.names("messages") }

  /// Sends `body` from alice to bob, and tells where the message lies.
  func post(_ body: String) throws -> (path: String, bytes: [UInt8]) {
    try alice.send(body, to: people[1])
    let before = Set(messages)
    try alice.sync()
    let path = try #require(messages.first { !before.contains($0) && !$0.contains(" ") })
    return ("messages/\(path)", try #require(world.transport.files["messages/\(path)"]))
  }

  /// Where the marker of bob's first message lies.
  func marker() throws -> String {
    "boxes/\(try bob.tag())/" + (try #require(world.transport.names("boxes/\(bob.tag())").first))
  }
}

import DurableFiles
import GRDB
import JOSE

@testable import Post

/// A post and the devices of those who use it.
final class World {
  static let start = 1_795_219_200
  static let hour = 3_600
  static let day = 86_400

  let scratch = Scratch()
  let transport = MemoryTransport()
  let post: PostDescriptor
  var now = start

  init() throws { post = try PostDescriptor.initialize(on: transport) }

  func device(
    _ person: Person, _ index: Int = 0, knowing people: [Person], over own: MemoryTransport? = nil
  ) throws -> Device {
    let name = "parts-\(UInt64.random(in: 0...UInt64.max))"
    let mailbox = try Mailbox(
      DatabaseQueue(), parts: Directory(path: scratch.file(name)), lockPath: nil)
    try mailbox.join(post, at: "here")
    return Device(
      world: self, mailbox: mailbox, keys: try person.keys(index),
      transport: own ?? transport, circle: try Circle(people))
  }

  /// Two who know each other, with a device each.
  func pair() throws -> (alice: Device, bob: Device, people: [Person]) {
    let people = [try Person(), try Person()]
    return (
      try device(people[0], knowing: people), try device(people[1], knowing: people), people
    )
  }
}

final class Device {
  let world: World
  var mailbox: Mailbox
  var keys: OwnKeys
  let transport: MemoryTransport
  var circle: Circle
  var budget = SyncBudget()
  /// By how much its clock is wrong.
  var clockError = 0

  init(
    world: World, mailbox: Mailbox, keys: OwnKeys, transport: MemoryTransport, circle: Circle
  ) {
    self.world = world
    self.mailbox = mailbox
    self.keys = keys
    self.transport = transport
    self.circle = circle
  }

  var now: Int { world.now + clockError }

  /// Queues a message, and tells its `jti`.
  @discardableResult
  func send(
    _ body: String, to people: Person..., blind: [Person] = [],
    change: (inout Draft) -> Void = { _ in }
  ) throws -> String {
    var addressees = Addressees(people.map(\.correspondent))
    addressees.blind = blind.map(\.correspondent)
    var draft = Draft(body: body, to: addressees)
    change(&draft)
    try mailbox.send([draft], from: keys, in: world.post, now: now)
    return try mailbox.sent(limit: 1)[0].identifier
  }

  @discardableResult
  func sync() throws -> SyncReport { try sync(over: transport) }

  @discardableResult
  func sync(over transport: some Transport) throws -> SyncReport {
    var courier = Courier(mailbox, world.post, over: transport, keys: keys, knowing: circle)
    courier.budget = budget
    return try courier.sync(now: now)
  }

  /// The bodies of the inbox, the oldest first.
  func bodies() throws -> [String] {
    try mailbox.inbox(limit: 10_000).reversed().map { try mailbox.message($0.id, with: keys).body }
  }

  func tag() throws -> String {
    try Tag(of: keys.encryptionKeys[0].publicKey, in: world.post.identifier).text
  }
}

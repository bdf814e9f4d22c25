import Seeded

@testable import Post

/// One seeded course of events: devices that send and synchronize, each over its own copy of the
/// post, and a carrier between the copies that does what carriers do.
struct Schedule {
  private var random: SeededGenerator
  private let world: World
  private let people: [Person]
  private var isAtRest = false
  private var devices: [(device: Device, person: Int)] = []
  /// Which devices each message is to arrive at, by its name.
  private var expected: [MessageID: Set<Int>] = [:]
  /// What two copies both held when the carrier last went between them, which tells a deletion from
  /// an absence.
  private var common: [[Int]: Set<String>] = [:]

  init(seed: UInt64, people: [Person]) throws {
    random = SeededGenerator(seed: seed)
    self.people = people
    world = try World()
    for (index, person) in people.enumerated() {
      for number in 0..<2 {
        let copy = MemoryTransport()
        copy.files = world.transport.files
        let device = try world.device(person, number, knowing: people, over: copy)
        devices.append((device, index))
      }
    }
  }

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

  mutating func run() throws {
    for step in 0..<150 {
      let index = Int.random(in: 0..<devices.count, using: &random)
      switch Int.random(in: 0..<16, using: &random) {
      case 0 where step < 100: try send(from: index, "\(step)")
      case 0, 1, 2: world.now += Int.random(in: 60...2 * World.hour, using: &random)
      case 3, 4, 5, 6: try devices[index].device.sync()
      default: carry(from: index, to: Int.random(in: 0..<devices.count, using: &random))
      }
      if chance(6) { disturb(devices[index].device.transport) }
    }
  }

  private mutating func send(from index: Int, _ body: String) throws {
    let others = people.indices.filter { $0 != devices[index].person }
    let readers = chance(2) ? others : [others[Int.random(in: 0..<others.count, using: &random)]]
    var draft = Draft(body: body, to: Addressees(readers.map { people[$0].correspondent }))
    draft.lifetime = 90 * World.day
    let device = devices[index].device
    let sent = try device.mailbox.send(
      [draft], from: device.keys, in: world.post, now: device.now)
    expected[sent[0]] = Set(devices.indices.filter { readers.contains(devices[$0].person) })
  }

  /// Brings some of what one copy has to another, and some of what was deleted there.
  private mutating func carry(from source: Int, to target: Int) {
    let (from, to) = (devices[source].device.transport, devices[target].device.transport)
    let both = common[[min(source, target), max(source, target)]] ?? []
    var files = to.files
    for (name, bytes) in from.files.sorted(by: { $0.key < $1.key }) where files[name] != bytes {
      if chance(3) { continue }
      if let own = files[name], own.count >= bytes.count { continue }
      // Deleted there. Some carriers bring such files back all the same.
      if files[name] == nil, both.contains(name), !chance(6) { continue }
      files[name] = bytes
      if chance(5), !bytes.isEmpty, name != "post.json" { tear(name, &files) }
    }
    for name in both.subtracting(from.files.keys).sorted() where files[name] != nil {
      if chance(3) { continue }
      files[name] = nil
    }
    to.files = files
    // What was deleted on one side is remembered until it is gone on the other.
    let either = Set(files.keys).union(from.files.keys)
    common[[min(source, target), max(source, target)]] =
      both.intersection(either).union(Set(files.keys).intersection(from.files.keys))
  }

  private mutating func tear(_ name: String, _ files: inout [String: [UInt8]]) {
    guard let bytes = files[name] else { return }
    files[name] = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
  }

  /// What a careless or hostile carrier does to one copy.
  private mutating func disturb(_ copy: MemoryTransport) {
    var files = copy.files
    let names = files.keys.filter { $0 != "post.json" }.sorted()
    guard let name = names.randomElement(using: &random), let bytes = files[name] else { return }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: files[name] = nil
    case 1: if !bytes.isEmpty { tear(name, &files) }
    case 2: files["\(name).sync-conflict-20261121-120000-ABCDEFG"] = bytes
    case 3: files["\(name) (conflicted copy)"] = bytes
    default:
      for name in names where chance(2) { files[name] = nil }
    }
    copy.files = files
  }

  /// One folder for all from now on, with whatever any copy has, and time enough for everything to be
  /// posted again.
  mutating func comeToRest() throws {
    var folder: [String: [UInt8]] = [:]
    for (device, _) in devices {
      folder.merge(device.transport.files) { $0.count < $1.count ? $1 : $0 }
    }
    for _ in 0..<12 where !isAtRest {
      isAtRest = true
      for (device, _) in devices {
        device.transport.files = folder
        let report = try device.sync()
        folder = device.transport.files
        // What waits for a message that its sender gave up may go on waiting.
        let isIdle = report.acceptedCount + report.duplicateCount + report.postedCount == 0
        isAtRest = try isAtRest && isIdle && isAcknowledged(device)
      }
      world.now += 4 * World.day
    }
  }

  private func isAcknowledged(_ device: Device) throws -> Bool {
    try device.mailbox.sent(limit: 99).allSatisfy { $0.acknowledgedAt.count == $0.readers.count }
  }

  /// What does not hold of I1 to I3, and of I5.
  func problems() throws -> [String] {
    var problems: [String] = []
    for (index, entry) in devices.enumerated() {
      let found = try entry.device.mailbox.inbox(limit: 1_000).map(\.name)
      for (name, readers) in expected.sorted(by: { $0.key.text < $1.key.text }) {
        let count = found.count { $0 == name }
        let wanted = readers.contains(index) ? 1 : 0
        if count != wanted { problems.append("device \(index): \(name) came \(count) times") }
      }
      if found.contains(where: { expected[$0] == nil }) {
        problems.append("device \(index) shows what nobody wrote")
      }
      let refused = try entry.device.mailbox.refusals()
      if !refused.isEmpty { problems.append("device \(index) refused \(refused)") }
      let folders = entry.device.transport.files.keys.map { $0.prefix { $0 != "/" } }
      if !Set(folders).isSubset(of: ["post.json", "messages", "boxes", "parts"]) {
        problems.append("device \(index) wrote elsewhere")
      }
      if try !isAcknowledged(entry.device) { problems.append("device \(index): unacknowledged") }
    }
    if !isAtRest { problems.append("it did not come to rest") }
    return problems
  }
}

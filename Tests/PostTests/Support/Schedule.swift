import JOSE
import Seeded

@testable import Post

/// One seeded course of events: devices that send, delete, synchronize and are killed at it, each by
/// its own clock and over its own copy of the post, with a carrier between the copies.
struct Schedule {
  /// What was written, and what is to come of it.
  struct Letter {
    let name: MessageID
    let body: String
    /// The device that it was written on.
    let author: Int
    /// The devices at which it is to arrive.
    let readers: Set<Int>
    let attached: [UInt8]?
    /// Whether it must arrive: not if it expires early, or was taken back.
    var isCertain: Bool
    /// Where it was deleted after it had come.
    var goneFrom: Set<Int> = []
  }

  /// What may happen besides files being carried.
  enum Event: CaseIterable {
    case blindReader, attachment, forwarding, earlyExpiry, deletion, recall, killing, wrongClock
  }

  private static let stepCount = 250
  /// None that is years off before the first synchronization: it has nothing to be held against.
  private static let clockErrors = [
    0, 0, 0, 1_800, 12 * World.hour, -2 * World.hour, -20 * World.day, -3_650 * World.day,
    20 * World.day, 3_650 * World.day,
  ]

  private var random: SeededGenerator
  let world: World
  let people: [Person]
  private var carrier = ScheduledCarrier()
  private(set) var devices: [(device: Device, person: Int)] = []
  private(set) var letters: [Letter] = []
  private(set) var isAtRest = false
  /// What happened so far.
  private(set) var events: Set<Event> = []
  /// All that happened, without what differs from run to run.
  private(set) var trace: [String] = []

  init(seed: UInt64, people: [Person]) throws {
    random = SeededGenerator(seed: seed)
    self.people = people
    world = try World()
    for (index, person) in people.enumerated() {
      for number in person.devices.indices {
        let copy = MemoryTransport()
        copy.files = world.transport.files
        let device = try world.device(person, number, knowing: people, over: copy)
        devices.append((device, index))
      }
    }
  }

  mutating func run() throws {
    for step in 0..<Self.stepCount {
      let index = Int.random(in: devices.indices, using: &random)
      switch Int.random(in: 0..<24, using: &random) {
      case 0: if step < 200 { try send(from: index, "letter \(step)") }
      case 1: try delete(on: index)
      case 2: setClock(of: index)
      case 3, 4, 5: world.now += Int.random(in: 60...2 * World.hour, using: &random)
      case 6, 7, 8, 9, 10, 11: try synchronize(index)
      case 12, 13: kill(index)
      default: carry(from: index, to: Int.random(in: devices.indices, using: &random))
      }
      if random.chance(6) { carrier.disturb(devices[index].device.transport, &random) }
    }
  }

  // MARK: What people do

  private mutating func send(from index: Int, _ body: String) throws {
    let device = devices[index].device
    // What is written by a wrong clock is from the future, or expired, for everybody else.
    guard abs(device.clockError) < World.day else { return }
    var chosen = people.indices.filter { _ in random.chance(2) }
    if chosen.isEmpty { chosen = [Int.random(in: people.indices, using: &random)] }
    let blind = random.chance(4) ? [chosen.removeLast()] : []
    var addressees = Addressees(chosen.map { people[$0].correspondent })
    addressees.blind = blind.map { people[$0].correspondent }
    var draft = Draft(body: body, to: addressees)
    if !blind.isEmpty { events.insert(.blindReader) }
    let isCertain = !random.chance(8)
    if !isCertain { events.insert(.earlyExpiry) }
    draft.lifetime = isCertain ? 90 * World.day : 12 * World.hour
    let attached = try attach(to: &draft, on: index)
    let name = try device.mailbox.send(
      [draft], from: device.keys, in: world.post, now: device.now)[0]
    let readers = devices.indices.filter { (chosen + blind).contains(devices[$0].person) }
    letters.append(
      Letter(
        name: name, body: body, author: index, readers: Set(readers), attached: attached,
        isCertain: isCertain))
    trace.append("\(index) sends to \(readers), \(attached?.count ?? 0) attached")
  }

  /// A new file, or one that came with another message and is sent on.
  private mutating func attach(to draft: inout Draft, on index: Int) throws -> [UInt8]? {
    let device = devices[index].device
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      let content = (0..<Int.random(in: 0..<2_000, using: &random)).map {
        UInt8(truncatingIfNeeded: $0 &* 31)
      }
      draft.attachments = [
        try device.mailbox.attach(
          BytesInMemory(content), name: "a", mediaType: "text/plain", now: device.now)
      ]
      events.insert(.attachment)
      return content
    case 1:
      let here = try letters.filter { letter in
        try letter.attached != nil && inbox(index)[letter.name]?.missingPartCount == 0
      }
      guard let letter = here.randomElement(using: &random),
        let entry = try inbox(index)[letter.name]
      else { return nil }
      draft.attachments = try device.mailbox.message(entry.id, with: device.keys).attachments
      events.insert(.forwarding)
      return letter.attached
    default: return nil
    }
  }

  func inbox(_ index: Int) throws -> [MessageID: InboxEntry] {
    let entries = try devices[index].device.mailbox.inbox(limit: 1_000)
    return Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
  }

  /// Deletes a message that came, or takes one back.
  private mutating func delete(on index: Int) throws {
    let mailbox = devices[index].device.mailbox
    let (inbox, sent) = (try inbox(index), try mailbox.sent(limit: 99))
    let present = letters.indices.filter { number in
      inbox[letters[number].name] != nil || sent.contains { $0.name == letters[number].name }
    }
    guard let number = present.randomElement(using: &random) else { return }
    trace.append("\(index) deletes \(number)")
    if let entry = inbox[letters[number].name] {
      try mailbox.delete(entry.id)
      letters[number].goneFrom.insert(index)
      events.insert(.deletion)
    } else if let entry = sent.first(where: { $0.name == letters[number].name }) {
      try mailbox.delete(entry)
      letters[number].isCertain = false
      events.insert(.recall)
    }
  }

  private mutating func setClock(of index: Int) {
    let errors = Self.clockErrors
    let error = errors[Int.random(in: errors.indices, using: &random)]
    let isNew = trace.allSatisfy { !$0.hasPrefix("\(index) synchronizes") }
    guard !isNew || abs(error) < World.day else { return }
    if error != 0 { events.insert(.wrongClock) }
    devices[index].device.clockError = error
    trace.append("\(index) is \(error) s off")
  }

  // MARK: What happens to files

  private mutating func synchronize(_ index: Int) throws {
    let device = devices[index].device
    let report = try device.sync()
    note(index, "synchronizes", report)
  }

  /// Synchronizes, and is killed at a step that is the same whatever hashes the files have: what is
  /// read and deleted goes by their order, what is put does not.
  private mutating func kill(_ index: Int) {
    let call = FailingTransport.Call.allCases.randomElement(using: &random) ?? .put
    let number: Int
    switch call {
    case .put: number = Int.random(in: 0..<8, using: &random)
    case .synchronize: number = Int.random(in: 0..<2, using: &random)
    case .list, .get, .delete: number = 0
    }
    let device = devices[index].device
    let transport = FailingTransport(device.transport, killedAt: call, number: number)
    let report = try? device.sync(over: transport)
    if transport.hasFailed { events.insert(.killing) }
    note(index, "synchronizes until \(call) \(number)", report)
  }

  private mutating func note(_ index: Int, _ what: String, _ report: SyncReport?) {
    let copy = devices[index].device.transport
    carrier.note(copy.history)
    let counts = report.map {
      [$0.acceptedCount, $0.duplicateCount, $0.postedCount, $0.partCount, $0.removedCount]
    }
    trace.append(
      "\(index) \(what): \(counts.map { "\($0)" } ?? "ended early"), "
        + carrier.outline(copy.files).joined(separator: " "))
  }

  private mutating func carry(from source: Int, to target: Int) {
    carrier.carry(
      from: (source, devices[source].device.transport),
      to: (target, devices[target].device.transport), &random)
  }

  // MARK: Coming to rest

  /// One folder for all from now on, with whatever any copy has, right clocks, and time enough for
  /// everything to be posted again.
  mutating func comeToRest() throws {
    var folder: [String: [UInt8]] = [:]
    for (device, _) in devices {
      device.clockError = 0
      folder.merge(device.transport.files) { $0.count < $1.count ? $1 : $0 }
    }
    for _ in 0..<12 where !isAtRest {
      isAtRest = true
      for (index, (device, _)) in devices.enumerated() {
        device.transport.files = folder
        let report = try device.sync()
        note(index, "synchronizes", report)
        folder = device.transport.files
        // What waits for a message that its sender gave up may go on waiting.
        let isIdle = report.acceptedCount + report.duplicateCount + report.postedCount == 0
        isAtRest = try isAtRest && isIdle && isSettled(device)
      }
      world.now += 4 * World.day
    }
  }

  /// Whether all who are to have what the device sent have said so.
  func isSettled(_ device: Device) throws -> Bool {
    try device.mailbox.sent(limit: 99).allSatisfy {
      $0.acknowledgedAt.count == $0.readers.count || $0.expiresAt < world.now
    }
  }
}

import JOSE

@testable import Post

extension Schedule {
  /// What does not hold of I1 to I3, and of I5.
  func problems() throws -> [String] {
    var problems: [String] = isAtRest ? [] : ["it did not come to rest"]
    for (index, (device, _)) in devices.enumerated() {
      problems += try misdelivered(index)
      let refused = try device.mailbox.refusals().filter { $0.key != .expired || isAllCertain }
      if !refused.isEmpty { problems.append("device \(index) refused \(refused)") }
      let folders = device.transport.files.keys.map { $0.prefix { $0 != "/" } }
      if !Set(folders).isSubset(of: ["post.json", "messages", "boxes", "parts"]) {
        problems.append("device \(index) wrote elsewhere")
      }
      if try !isSettled(device) { problems.append("device \(index): unacknowledged") }
    }
    return problems
  }

  private var isAllCertain: Bool { letters.allSatisfy(\.isCertain) }

  private func misdelivered(_ index: Int) throws -> [String] {
    let device = devices[index].device
    let found = try device.mailbox.inbox(limit: 1_000)
    var problems: [String] = []
    for (number, letter) in letters.enumerated() {
      let entries = found.filter { $0.name == letter.name }
      let isReader = letter.readers.contains(index) && !letter.goneFrom.contains(index)
      let most = isReader ? 1 : 0
      let counts = isReader && !letter.isCertain ? 0...most : most...most
      if !counts.contains(entries.count) {
        problems.append("device \(index): letter \(number) came \(entries.count) times")
      }
      for entry in entries {
        problems += try misread(entry, letter, device).map { "device \(index): \(number) \($0)" }
      }
    }
    if found.contains(where: { entry in !letters.contains { $0.name == entry.name } }) {
      problems.append("device \(index) shows what nobody wrote")
    }
    return problems
  }

  private func misread(
    _ entry: InboxEntry, _ letter: Letter, _ device: Device
  ) throws -> [String] {
    let message = try device.mailbox.message(entry.id, with: device.keys)
    var problems = message.body == letter.body ? [] : ["says \(message.body)"]
    guard letter.isCertain, let attached = letter.attached else { return problems }
    guard let attachment = message.attachments.first else { return problems + ["lost its file"] }
    let sink = BytesGathered()
    do { try device.mailbox.open(attachment, into: sink) } catch { problems.append("\(error)") }
    if sink.committed != attached { problems.append("has another file with it") }
    return problems
  }
}

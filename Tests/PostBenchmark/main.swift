// The post's speed: postbench DIRECTORY [--huge]
//
// Everything is made and left in DIRECTORY, so that a disk and memory can be compared. With --huge
// it also looks for ten messages among a million markers, in others' boxes and in one's own, which
// takes minutes to set up.

import GRDB
import JOSE
import Post

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

guard CommandLine.arguments.count > 1 else {
  print("usage: postbench DIRECTORY [--huge]")
  exit(64)
}
let base = CommandLine.arguments[1]

func party(_ name: String) throws -> Party {
  let folder = "\(base)/\(name)"
  for path in [base, folder, "\(folder)/post"] { mkdir(path, 0o700) }
  return try Party(in: folder)
}

print("\n### the post, in \(base)\n\n| what | measured | bar |\n|---|---|---|")
try measureAttachments()
let messages = try party("messages")
try measureMessages(messages)
try fillMailbox(messages)
try measureLists(messages)
if CommandLine.arguments.contains("--huge") { try measureForeignMarkers(party("huge")) }

func measureAttachments() throws {
  let party = try party("attachments")
  let byteCount = 512 << 20
  var attachment: Attachment?
  let sealing = try seconds {
    attachment = try party.alice.mailbox.attach(
      Pattern(byteCount: byteCount), name: "a", mediaType: "b", now: Party.now)
  }
  guard let attachment else { return }
  report("attach 512 MiB, durable", throughput(byteCount, sealing), bar: "300 MiB/s")
  var draft = Draft(body: "see there", to: Addressees([party.bob.correspondent]))
  draft.attachments = [attachment]
  try party.alice.mailbox.send([draft], from: party.alice.keys, in: party.post, now: Party.now)
  let posting = try seconds { try party.sync(party.alice) }
  report("post it", throughput(byteCount, posting))
  let fetching = try seconds { try party.sync(party.bob) }
  report("fetch it", throughput(byteCount, fetching))
  let entry = try party.bob.mailbox.inbox(limit: 1)[0]
  let message = try party.bob.mailbox.message(entry.id, with: party.bob.keys)
  let opening = try seconds {
    try party.bob.mailbox.open(message.attachments[0], into: Nowhere())
  }
  report("open it, verified", throughput(byteCount, opening), bar: "300 MiB/s")
  report("peak memory of all that", "\(peakMemory()) MiB", bar: "64 MiB")
}

func measureMessages(_ party: Party) throws {
  let count = 10_000
  let sending = try seconds {
    for _ in 0..<count / 1_000 { try party.send(1_000, byteCount: 1_024) }
  }
  report("send 1 KiB, 1,000 a call", rate(count, sending), bar: "1000/s")
  let posting = try seconds { try party.sync(party.alice) }
  report("post them, durable", rate(count, posting))
  let receiving = try seconds { try party.sync(party.bob) }
  report("receive, verified and durable", rate(count, receiving), bar: "800/s")
  let settling = try seconds { try party.sync(party.alice) }
  report("take acknowledgements and clean up", rate(count, settling))
  try party.sync(party.bob)
}

/// Makes a mailbox of 100,000 messages out of one of 10,000: what is listed is not opened.
func fillMailbox(_ party: Party) throws {
  let database = try DatabaseQueue(path: "\(party.folder)/bob/mailbox.sqlite")
  try database.write { database in
    for (round, letter) in "bcdefghij".enumerated() {
      for table in ["incoming", "seen"] {
        try database.execute(sql: "CREATE TEMP TABLE copy AS SELECT * FROM \(table) LIMIT 10000")
        if table == "incoming" {
          try database.execute(sql: "UPDATE copy SET id = id + \(round + 1) * 100000")
          try database.execute(sql: "UPDATE copy SET name = substr(name, 6) || 'aaaa\(letter)'")
        } else {
          try database.execute(sql: "UPDATE copy SET hash = substr(hash, 6) || 'aaaa\(letter)'")
        }
        try database.execute(
          sql: "UPDATE copy SET identifier = identifier || '\(letter)'")
        try database.execute(sql: "INSERT INTO \(table) SELECT * FROM copy")
        try database.execute(sql: "DROP TABLE copy")
      }
    }
    try database.execute(sql: "UPDATE incoming SET isRead = id % 100 != 0")
  }
}

func measureLists(_ party: Party) throws {
  let bob = party.bob
  report("synchronize, nothing to do, 100,000 seen", try milliseconds { try party.sync(bob) })
  report(
    "again", try milliseconds { try party.sync(bob) }, bar: "50 ms")
  var unread = InboxFilter()
  unread.isUnreadOnly = true
  var sender = unread
  sender.issuers = [party.alice.name]
  for (what, filter) in [
    ("first page of 100,000", InboxFilter()), ("unread ones", unread), ("of one sender", sender),
  ] {
    report(what, try milliseconds { _ = try bob.mailbox.inbox(filter, limit: 50) }, bar: "100 ms")
  }
  report("count them", try milliseconds { _ = try bob.mailbox.counts() })
  let name = try bob.mailbox.inbox(limit: 1)[0].name.description
  report(
    "find one by name", try milliseconds { _ = try bob.mailbox.entries(named: name) })
  report(
    "first page of 10,000 sent", try milliseconds { _ = try party.alice.mailbox.sent(limit: 50) })
  let status = try milliseconds {
    _ = try bob.mailbox.status(of: party.post.identifier, now: Party.now)
  }
  report("status", status)
}

/// Ten new messages, while a million markers lie in others' boxes, and then in one's own.
func measureForeignMarkers(_ party: Party) throws {
  let boxes = "\(party.folder)/post/boxes"
  for isOwn in [false, true] {
    try party.send(10, byteCount: 1_024)
    try party.sync(party.alice)
    let own = try party.bob.keys.boxes(in: party.post.identifier)[0]
    for box in 0..<100 {
      let folder = isOwn ? "\(party.folder)/post/\(own)" : "\(boxes)/\(name(UInt64(box), 26))"
      mkdir(folder, 0o700)
      for marker in 0..<10_000 {
        let path = "\(folder)/20261121-\(name(UInt64(box * 10_000 + marker), 52))"
        close(open(path, O_WRONLY | O_CREAT, 0o600))
      }
    }
    // The first of several where it is one's own box: what comes first there is random.
    let isCold = dropCaches()
    var found = 0
    let time = try milliseconds { found = try party.sync(party.bob).acceptedCount }
    print(
      "| \(found) new among 1,000,000 in \(isOwn ? "one's own box" : "others' boxes"), "
        + "\(isCold ? "cold" : "warm") | \(time) | \(isOwn ? "" : "2,500 ms") |")
  }
}

/// A name in base32 that nothing else has.
func name(_ number: UInt64, _ length: Int) -> String {
  let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
  var state = number &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return String(
    decoding: (0..<length).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return alphabet[Int(state >> 59)]
    }, as: UTF8.self)
}

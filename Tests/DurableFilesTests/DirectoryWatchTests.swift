import Dispatch
import Foundation
import Testing

@testable import DurableFiles

@Suite("Waiting for changes in directories")
struct DirectoryWatchTests {
  /// Long enough for the slowest machine; nothing here waits for it to end.
  private static let long = Duration.seconds(60)

  private func after(_ milliseconds: Int, _ change: @escaping @Sendable () -> Void) {
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { change() }
  }

  @Test("a file that is written while waiting is noticed")
  func write() throws {
    let scratch = try Scratch()
    let watch = DirectoryWatch(paths: [scratch.path])
    let path = scratch.file("new")
    after(50) { try? Data("x".utf8).write(to: URL(filePath: path)) }
    #expect(try watch.wait(for: Self.long))
  }

  @Test("what happened between two waits is noticed, and no second time")
  func earlier() throws {
    let scratch = try Scratch()
    let watch = DirectoryWatch(paths: [scratch.path])
    try scratch.put("x", "new")
    #expect(try watch.wait(for: Self.long))
    #expect(try !watch.wait(for: .milliseconds(50)))
    try FileManager.default.removeItem(atPath: scratch.file("new"))
    #expect(try watch.wait(for: Self.long))
  }

  @Test("without changes the time passes, and what was there before is none")
  func quiet() throws {
    let scratch = try Scratch()
    try scratch.put("x", "old")
    let watch = DirectoryWatch(paths: [scratch.path])
    #expect(try !watch.wait(for: .milliseconds(50)))
    #expect(try !watch.wait(for: .zero))
  }

  @Test("a burst is one change")
  func burst() throws {
    let scratch = try Scratch()
    let watch = DirectoryWatch(paths: [scratch.path])
    for number in 0..<50 { try scratch.put("x", "new-\(number)") }
    #expect(try watch.wait(for: Self.long))
    #expect(try !watch.wait(for: .milliseconds(50)))
  }

  @Test("a directory that appears while waiting is noticed, and what happens in it then")
  func appearing() throws {
    let scratch = try Scratch()
    let path = scratch.file("later")
    let watch = DirectoryWatch(paths: [path, scratch.file("never")])
    #expect(try !watch.wait(for: .milliseconds(50)))
    after(50) {
      try? FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false)
    }
    #expect(try watch.wait(for: Self.long))
    try scratch.put("x", "later/new")
    #expect(try watch.wait(for: Self.long))
  }

  @Test("a directory that was removed or moved away and made again is watched again")
  func remade() throws {
    let scratch = try Scratch()
    let files = FileManager.default
    let path = scratch.file("box")
    try files.createDirectory(atPath: path, withIntermediateDirectories: false)
    let watch = DirectoryWatch(paths: [path])
    for isRemoved in [true, false] {
      if isRemoved {
        try files.removeItem(atPath: path)
      } else {
        try files.moveItem(atPath: path, toPath: scratch.file("moved"))
      }
      #expect(try watch.wait(for: Self.long))
      try files.createDirectory(atPath: path, withIntermediateDirectories: false)
      #expect(try watch.wait(for: Self.long))
      try scratch.put("x", "box/new")
      #expect(try watch.wait(for: Self.long))
    }
    try scratch.put("x", "moved/new")
    #expect(try !watch.wait(for: .milliseconds(50)))
  }

  @Test("a link to a directory is not followed")
  func link() throws {
    let scratch = try Scratch()
    let other = try Scratch()
    let files = FileManager.default
    try files.createSymbolicLink(atPath: scratch.file("link"), withDestinationPath: other.path)
    let watch = DirectoryWatch(paths: [scratch.file("link")])
    try other.put("x", "new")
    #expect(try !watch.wait(for: .milliseconds(50)))
  }

  #if os(Linux)
    @Test("when the system lost events it counts as a change, and what it says of others does not")
    func overflow() throws {
      let scratch = try Scratch()
      var events = try #require(DirectoryEvents())
      let coverage = events.watch([scratch.path])
      #expect(coverage == (true, true))
      func event(_ watch: Int32, _ mask: Int32) -> [UInt8] {
        var event = inotify_event()
        event.wd = watch
        event.mask = UInt32(mask)
        return withUnsafeBytes(of: event) { Array($0) }
      }
      for (bytes, isChange) in [
        (event(-1, IN_Q_OVERFLOW), true), (event(77, IN_CREATE), false),
        (event(77, IN_CREATE) + event(1, IN_CREATE), true),
      ] {
        let isNoted = events.note(bytes)
        #expect(isNoted == isChange)
      }
    }

    @Test("no other program gets the watch")
    func inheritance() throws {
      let events = try #require(DirectoryEvents())
      #expect(fcntl(events.number, F_GETFD) & FD_CLOEXEC != 0)
    }
  #endif
}

import Foundation
import Testing

@testable import DurableFiles

/// One holder at a time, for as long as it lives.
@Suite struct FileLockTests {
  private let scratch: Scratch
  private var path: String { scratch.file("lock") }

  init() throws { scratch = try Scratch() }

  private func take(_ patience: Duration) -> FileError? {
    do {
      _ = try FileLock(path: path, patience: patience)
      return nil
    } catch { return error }
  }

  @Test("a second one waits, and then is told who is in the way")
  func busy() throws {
    let lock = try FileLock(path: path)
    let error = try #require(take(.milliseconds(20)))
    #expect(error.code == .busy && error.path == path)
    #expect(error.reason == "is locked by another process")
    withExtendedLifetime(lock) {}
  }

  @Test("the lock goes with its holder, and its file stays")
  func released() throws {
    do {
      let lock = try FileLock(path: path)
      withExtendedLifetime(lock) {}
    }
    #expect(take(.zero) == nil)
    #expect(scratch.names == ["lock"])
    #expect(scratch.mode("lock") == 0o600)
  }

  @Test("a holder that is killed holds nothing any more")
  func killed() throws {
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/env")
    holder.arguments = ["flock", path, "sh", "-c", "echo held; exec cat"]
    let (input, output) = (Pipe(), Pipe())
    (holder.standardInput, holder.standardOutput) = (input, output)
    try holder.run()
    #expect(try output.fileHandleForReading.read(upToCount: 5) == Data("held\n".utf8))
    #expect(take(.milliseconds(20))?.code == .busy)
    // Both flock(1) and what it runs have the lock open.
    try input.fileHandleForWriting.close()
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    #expect(take(.seconds(10)) == nil)
  }

  @Test("of many who count under the lock, none is lost")
  func counting() async throws {
    try scratch.put("0", "count")
    let (path, file) = (path, URL(filePath: scratch.file("count")))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<20 {
            let lock = try FileLock(path: path, patience: .seconds(600))
            let count = Int(try String(contentsOf: file, encoding: .utf8)) ?? 0
            try Data("\(count + 1)".utf8).write(to: file)
            withExtendedLifetime(lock) {}
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(scratch.text("count") == "160")
  }

  @Test("a lock that cannot be made is an error with its path")
  func impossible() throws {
    #expect(
      throws: FileError.self, performing: { _ = try FileLock(path: scratch.file("none/lock")) })
    #expect(throws: FileError.self, performing: { _ = try FileLock(path: scratch.path) })
  }
}

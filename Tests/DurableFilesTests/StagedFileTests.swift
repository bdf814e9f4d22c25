import DurableFiles
import Foundation
import Testing

/// A file appears whole, or not at all.
@Suite struct StagedFileTests {
  private func code<Result>(_ body: () throws -> Result) -> FileError.Code? {
    do {
      _ = try body()
      return nil
    } catch { return (error as? FileError)?.code }
  }

  private func stage(
    _ path: String, _ text: String, _ existing: StagedFile.Existing = .keep
  ) throws -> StagedFile {
    let file = try StagedFile(path: path, existing: existing)
    try file.write(Array(text.utf8).span)
    return file
  }

  @Test("it appears only when it is committed, readable by its owner alone")
  func appears() throws {
    let scratch = try Scratch()
    let file = try stage(scratch.file("a"), "one")
    try file.write(Array(" two".utf8).span)
    #expect(scratch.text("a") == nil)
    try file.commit()
    #expect(scratch.text("a") == "one two")
    #expect(scratch.mode("a") == 0o600)
    #expect(scratch.names == ["a"])
  }

  /// The kind of file system that scratch files are on.
  private static let fileSystem: String = {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/stat")
    process.arguments = ["-f", "-c", "%T", NSTemporaryDirectory()]
    process.standardOutput = pipe
    guard (try? process.run()) != nil else { return "unknown" }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }()

  @Test(
    "room that there is not is told of before anything is written",
    .enabled(
      if: fileSystem.hasPrefix("ext"),
      "needs a temporary directory on ext4, which can say how much room there is"))
  func reserves() throws {
    let scratch = try Scratch()
    let file = try stage(scratch.file("a"), "")
    try file.reserve(byteCount: 1 << 20)
    #expect(code { try file.reserve(byteCount: 12 << 40) } == .noSpace)
    try file.write(Array("one".utf8).span)
    try file.commit()
    #expect(scratch.text("a") == "one")
  }

  @Test("dropped before that, it leaves nothing", arguments: [false, true])
  func dropped(_ replaces: Bool) throws {
    let scratch = try Scratch()
    do { _ = try stage(scratch.file("a"), "one", replaces ? .replace : .keep) }
    #expect(scratch.names.isEmpty)
  }

  @Test("an existing file is kept, or replaced, and until then stays as it was")
  func existing() throws {
    let scratch = try Scratch()
    try scratch.put("old", "a")
    #expect(code { try StagedFile(path: scratch.file("a")) } == .exists)
    do { _ = try stage(scratch.file("a"), "new", .replace) }
    #expect(scratch.text("a") == "old")
    let file = try stage(scratch.file("a"), "new", .replace)
    #expect(scratch.text("a") == "old")
    try file.commit()
    #expect(scratch.text("a") == "new")
    #expect(scratch.mode("a") == 0o600)
    #expect(scratch.names == ["a"])
  }

  @Test("a file that appears in the meantime is kept")
  func appearsMeanwhile() throws {
    let scratch = try Scratch()
    let file = try stage(scratch.file("a"), "ours")
    try scratch.put("theirs", "a")
    #expect(code { try file.commit() } == .exists)
    #expect(scratch.text("a") == "theirs")
    #expect(scratch.names == ["a"])
  }

  @Test("of many writers who keep, exactly one wins")
  func oneWins() async throws {
    let scratch = try Scratch()
    let path = scratch.file("a")
    let wins = await withTaskGroup(of: Int.self) { group in
      for index in 0..<8 {
        group.addTask {
          do {
            let file = try StagedFile(path: path)
            try file.write([UInt8(0x30 + index)].span)
            try file.commit()
            return 1
          } catch { return 0 }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(wins == 1)
    #expect(scratch.text("a")?.count == 1)
    #expect(scratch.names == ["a"])
  }

  @Test("a link to a file stays a link, and the file behind it is replaced")
  func link() throws {
    let scratch = try Scratch()
    try scratch.put("old", "target")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("link"), withDestinationPath: "target")
    #expect(code { try StagedFile(path: scratch.file("link")) } == .exists)
    try stage(scratch.file("link"), "new", .replace).commit()
    #expect(scratch.text("target") == "new")
    let destination = try FileManager.default.destinationOfSymbolicLink(
      atPath: scratch.file("link"))
    #expect(destination == "target")
  }

  @Test("a link that somebody else may have put there is refused and left alone")
  func foreignLink() throws {
    let scratch = try Scratch()
    try scratch.put("old", "target")
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("link"), withDestinationPath: "target")
    for existing in [StagedFile.Existing.keep, .replace] {
      let code = code {
        try StagedFile(path: scratch.file("link"), existing: existing, followsLinks: false)
      }
      #expect(code == .wrongKind)
    }
    #expect(scratch.text("target") == "old" && scratch.names == ["link", "target"])
  }

  @Test("a link that leads nowhere is refused and left alone", arguments: [false, true])
  func danglingLink(_ replaces: Bool) throws {
    let scratch = try Scratch()
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("link"), withDestinationPath: "nowhere")
    let existing: StagedFile.Existing = replaces ? .replace : .keep
    #expect(code { try StagedFile(path: scratch.file("link"), existing: existing) } == .wrongKind)
    #expect(scratch.names == ["link"])
  }

  @Test("a directory as target is refused, also behind a link", arguments: [false, true])
  func directory(_ replaces: Bool) throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(
      atPath: scratch.file("d"), withIntermediateDirectories: false)
    try FileManager.default.createSymbolicLink(
      atPath: scratch.file("link"), withDestinationPath: "d")
    let existing: StagedFile.Existing = replaces ? .replace : .keep
    for name in ["d", "link"] {
      #expect(code { try StagedFile(path: scratch.file(name), existing: existing) } == .wrongKind)
    }
  }

  @Test("a directory that does not exist, or is a file, is an error and nothing is made")
  func missingDirectory() throws {
    let scratch = try Scratch()
    try scratch.put("x", "file")
    #expect(code { try StagedFile(path: scratch.file("none/a")) } == .notFound)
    #expect(code { try StagedFile(path: scratch.file("file/a")) } == .notFound)
    #expect(scratch.names == ["file"])
  }

  @Test("a target that becomes a directory meanwhile is refused, and no temporary stays")
  func becomesDirectory() throws {
    let scratch = try Scratch()
    do {
      let file = try stage(scratch.file("a"), "x", .replace)
      try FileManager.default.createDirectory(
        atPath: scratch.file("a"), withIntermediateDirectories: false)
      #expect(code { try file.commit() } == .wrongKind)
    }
    #expect(scratch.names == ["a"])
  }

  @Test("an empty file is a file")
  func empty() throws {
    let scratch = try Scratch()
    try stage(scratch.file("a"), "").commit()
    #expect(scratch.text("a") == "")
  }
}

import DurableFiles
import Foundation
import Testing

/// Ranges of one file appended to another.
@Suite struct FileCopyingTests {
  @Test("a range lands between what is written before and after it")
  func between() throws {
    let scratch = try Scratch()
    let text = String(repeating: "0123456789", count: 100_000)
    try scratch.put(text, "old")
    let file = try InputFile(path: scratch.file("old"))
    for range in [0..<1_000_000, 5..<5, 3..<17, 999_999..<1_000_000] as [Range<UInt64>] {
      let staged = try StagedFile(path: scratch.file("new"), existing: .replace)
      try staged.write([UInt8(ascii: "<")].span)
      try staged.copy(range, of: file)
      try staged.write([UInt8(ascii: ">")].span)
      try staged.commit()
      let expected = text.utf8.dropFirst(Int(range.lowerBound)).prefix(range.count)
      #expect(scratch.text("new") == "<\(String(decoding: Array(expected), as: UTF8.self))>")
    }
  }

  @Test("a range past the end is an error, and leaves nothing")
  func pastTheEnd() throws {
    let scratch = try Scratch()
    try scratch.put("0123456789", "old")
    let file = try InputFile(path: scratch.file("old"))
    do {
      let staged = try StagedFile(path: scratch.file("new"))
      #expect(throws: FileError.self) { try staged.copy(8..<11, of: file) }
    }
    #expect(scratch.names == ["old"])
  }

  @Test(
    "between file systems, where the system may not copy, it comes to the same",
    .enabled(if: FileManager.default.isReadableFile(atPath: "/proc/version")))
  func betweenSystems() throws {
    let scratch = try Scratch()
    // A file of the kernel's, which no file system copies from.
    let file = try InputFile(path: "/proc/version")
    let expected = try Data(contentsOf: URL(filePath: "/proc/version"))
    let staged = try StagedFile(path: scratch.file("new"))
    try staged.copy(0..<UInt64(expected.count), of: file)
    try staged.commit()
    #expect(scratch.text("new") == String(decoding: expected, as: UTF8.self))
  }
}

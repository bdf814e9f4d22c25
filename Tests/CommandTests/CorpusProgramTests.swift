import Foundation
import Testing

/// The corpus of files as people have them, through the built program.
@Suite("Files as people have them, through the program")
struct CorpusProgramTests {
  private let sandbox: Sandbox
  private let files: [String: Data]

  private static let archives = [
    "yaml-1": "yaml", "yaml-2": "yaml", "json-1": "json", "toml-1": "toml", "dotenv-1": "env",
    "ini-1": "ini",
  ]

  init() throws {
    sandbox = try Sandbox(in: NSTemporaryDirectory())
    files = try Self.contents()
    for (name, content) in files { try sandbox.write(content, to: name) }
    try sandbox.run("valise", "key", "generate", "-q", "--name", "alice", "--no-passphrase")
  }

  /// The files, numbered, since their own names may have folders in them.
  private static func contents() throws -> [String: Data] {
    let folder = URL(filePath: #filePath).appending(path: "../../SecretsTests/Corpus").standardized
    var files: [String: Data] = [:]
    for (archive, ending) in archives {
      let text = try String(
        contentsOf: folder.appending(path: "\(archive).txt"), encoding: .utf8)
      let parts = "\n\(text)".split(separator: /\n-- [^\n]+ --\n/, omittingEmptySubsequences: false)
      for (index, part) in parts.dropFirst().enumerated() {
        let content = part.hasSuffix("\n") || part.isEmpty ? String(part) : "\(part)\n"
        files["\(archive)-\(index).\(ending)"] = Data(content.utf8)
      }
    }
    return files
  }

  /// A file of keys is taken for one of secrets when its format is said.
  private func secrets(_ words: [String], _ names: [String]) throws {
    let keys = names.filter { files[$0]?.starts(with: Data("{\"keys\":[{\"kty\"".utf8)) == true }
    #expect(!keys.isEmpty)
    for words in [
      words + names.filter { !keys.contains($0) }, words + ["--format", "json"] + keys,
    ] {
      let outcome = try Subprocess(["valise", "secrets"] + words, in: sandbox).run()
      #expect(outcome.status == 0, "\(outcome)")
    }
  }

  @Test("sealed in place, sealed again and opened in place: byte for byte as they were")
  func roundTrip() throws {
    #expect(files.count >= 150)
    let names = files.keys.sorted()
    try secrets(["encrypt", "-q", "-i", "-r", "me"], names)
    let sealed = try names.map { try Data(sandbox.read($0)) }
    for (name, bytes) in zip(names, sealed) {
      #expect(bytes != files[name], "\(name)")
    }
    try secrets(["encrypt", "-q", "-i"], names)
    for (name, bytes) in zip(names, sealed) { #expect(try Data(sandbox.read(name)) == bytes) }
    try secrets(["decrypt", "-i"], names)
    for name in names { #expect(try Data(sandbox.read(name)) == files[name], "\(name)") }
  }
}

import Foundation
import JOSE
import Testing

@testable import Secrets

@Suite("readers of another make")
struct OtherReadersTests {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  private static let isAvailable: Bool = {
    let probe = Process()
    probe.executableURL = URL(filePath: "/usr/bin/env")
    probe.arguments = ["python3", "-c", "import yaml, tomllib"]
    probe.standardError = FileHandle.nullDevice
    try? probe.run()
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }()

  private struct Request: Encodable {
    let name: String
    let format: String
    let original: Data
    let sealed: Data
    let decrypted: Data
  }

  @Test(
    "find the same keys in sealed files, nothing in clear, and the same meaning in opened ones",
    .enabled(if: isAvailable, "python3 with PyYAML is not installed"))
  func corpus() throws {
    let reader = try Reader()
    var input = Data()
    for file in CorpusFile.variants {
      let sealed = try SecretFile(file.bytes, format: file.format).sealed(for: reader)
      let decrypted = try sealed.opened(with: [reader.opener]).decrypted.copy
      let request = Request(
        name: file.name, format: file.format.rawValue, original: Data(file.bytes),
        sealed: Data(sealed.bytes), decrypted: Data(decrypted))
      input += try JSONEncoder().encode(request) + Data([0x0A])
    }
    let lines = try Self.read(input).split(separator: "\n")
    #expect(lines.dropLast() == [])
    // Some are not for this reader at all: PHP's and systemd's dialects, custom tags.
    let count = try #require(lines.last?.split(separator: " ").last.flatMap { Int($0) })
    #expect(count >= 600)
  }

  private static func read(_ input: Data) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-B", "Tests/Interop/read_secrets.py"]
    process.currentDirectoryURL = root
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    try process.run()
    let writer = Thread {
      try? stdin.fileHandleForWriting.write(contentsOf: input)
      try? stdin.fileHandleForWriting.close()
    }
    writer.start()
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }

  @Test("a sealed value is a compact JWE that any JOSE library opens with its key")
  func standard() throws {
    let reader = try Reader()
    let sealed = try SecretFile("a/b: 'x y'\n", .yaml).sealed(for: reader)
    let opened = try sealed.opened(with: [reader.opener])
    let compact = try #require(sealed.sources["a\\/b"])
    let key = try SymmetricJWK(opened.key.key(for: path("a\\/b")))
    let value = try JWE.decrypt(
      Array(compact.utf8), with: [.symmetric(key)])
    #expect(string(value.plaintext) == "'x y'")
  }
}

import Foundation
import JOSE
import Testing

@testable import Secrets

@Suite("readers of another make")
struct OtherReadersTests {
  private struct Request: Encodable {
    let name: String
    let format: String
    let original: Data
    let sealed: Data
    let decrypted: Data
  }

  @Test(
    "find the same keys in sealed files, nothing in clear, and the same meaning in opened ones",
    .enabled(if: Python.has("yaml, tomllib"), "python3 with PyYAML is not installed"))
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
    let output = try Python.run("read_secrets.py", [], input)
    let lines = string(output).split(separator: "\n")
    #expect(lines.dropLast() == [])
    // Some are not for this reader at all: PHP's and systemd's dialects, custom tags.
    let count = try #require(lines.last?.split(separator: " ").last.flatMap { Int($0) })
    #expect(count >= 600)
  }

  @Test(
    "open a sealed file by its specification alone",
    .enabled(if: Python.has("yaml, jwcrypto"), "python3 with PyYAML and jwcrypto is not installed"))
  func specification() throws {
    let k = SecretBytes(copying: [UInt8](0x40...0x5F).span)
    let key = try SymmetricJWK(k, KeyMetadata(keyID: "team"))
    let clear = try SecretFile("a: {b: 'x y', c: [1, ü]}\nd: |\n  text\n", .yaml)
    let sealed = try clear.encrypted(for: [JWE.Recipient(key)])
    let written = key.serialized(.exposingPrivateKey).copy
    let output = try Python.run("open_secrets.py", [string(written)], Data(sealed))
    let opened = try JSONDecoder().decode(Opened.self, from: output)
    #expect(opened.tokens == clear.sources)
  }

  private struct Opened: Decodable { let tokens: [String: String] }

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

/// The drivers in Tests/Interop.
private enum Python {
  private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

  private static func process(_ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-B"] + arguments
    process.currentDirectoryURL = root.appending(path: "Tests/Interop")
    return process
  }

  /// Whether `modules` can be imported.
  static func has(_ modules: String) -> Bool {
    let probe = process(["-c", "import \(modules)"])
    probe.standardError = FileHandle.nullDevice
    guard (try? probe.run()) != nil else { return false }
    probe.waitUntilExit()
    return probe.terminationStatus == 0
  }

  /// What a driver writes when it is given `input`.
  static func run(_ driver: String, _ arguments: [String], _ input: Data) throws -> Data {
    let process = process([driver] + arguments)
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    try process.run()
    // A pipe holds less than the input: writing and reading go side by side.
    Thread.detachNewThread {
      try? stdin.fileHandleForWriting.write(contentsOf: input)
      try? stdin.fileHandleForWriting.close()
    }
    let output = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return output
  }
}

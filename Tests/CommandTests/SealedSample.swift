import Foundation
import Testing
import Seeded

/// A sealed file, the keyring that opens it, and a place to damage it in.
final class SealedSample {
  enum Shape: String, CaseIterable, Sendable {
    /// For alice alone.
    case flattened
    /// For bob and then alice.
    case general
  }

  /// One kind of sample; a test runs for each.
  struct Kind: Sendable, CustomTestStringConvertible {
    let shape: Shape
    let byteCount: Int
    var testDescription: String { "\(shape.rawValue), \(byteCount) bytes" }

    static let all = Shape.allCases.flatMap { shape in
      [0, 1 << 20].map { Kind(shape: shape, byteCount: $0) }
    }
  }

  let sandbox: Sandbox
  let plaintext: Data
  let sealed: Data

  init(_ kind: Kind) throws {
    sandbox = try Sandbox()
    try sandbox.run("valise", "key", "generate", "-q", "--name", "alice", "--no-passphrase")
    for name in ["bob", "mallory"] {
      let home = "VALISE_HOME=\(name)"
      try sandbox.run(
        "env", home, "valise", "key", "generate", "-q", "--name", name, "--no-passphrase")
      try sandbox.run("env", home, "valise", "key", "export", "-o", "\(name).jwks")
      try sandbox.run(
        "env", home, "valise", "key", "export", "--private", "--no-passphrase", "-o",
        "\(name)-private.jwks")
    }
    var generator = SeededGenerator(seed: 1)
    plaintext = Data((0..<kind.byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) })
    try sandbox.write(plaintext, to: "plain")
    let recipients = kind.shape == .general ? "bob.jwks" : "me"
    try sandbox.run(
      "valise", "encrypt", "-r", recipients, "-r", "me", "-o", "sealed.jwe", "plain")
    sealed = try sandbox.read("sealed.jwe")
    try sandbox.run("mkdir", "out")
  }

  /// Where `text` stands in the sealed file.
  func offsets(of text: String) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var rest = sealed.startIndex..<sealed.endIndex
    while let found = sealed.range(of: Data(text.utf8), in: rest) {
      ranges.append(found)
      rest = found.upperBound..<sealed.endIndex
    }
    return ranges
  }

  /// What decrypting `damaged` did that it must not do; nil when it was refused with nothing shown.
  ///
  /// With `mayOpen` it may open as well, to the plaintext and nothing else.
  func violation(
    _ damaged: Data, flags: [String] = [], isFileOnly: Bool = false, mayOpen: Bool = false
  ) throws -> String? {
    try sandbox.write(damaged, to: "damaged.jwe")
    let command = ["valise", "decrypt"] + flags
    let toFile = try Subprocess(command + ["-o", "out/plain", "damaged.jwe"], in: sandbox).run()
    if mayOpen, toFile.status == 0 {
      let opened = try sandbox.read("out/plain")
      unlink(sandbox.file("out/plain"))
      return opened == plaintext ? nil : "it opened to another text"
    }
    guard try isRefusal(toFile) else { return "with -o: \(toFile)" }
    guard !isFileOnly else { return nil }
    let toStream = try Subprocess(command + ["damaged.jwe"], in: sandbox).run()
    return try isRefusal(toStream) ? nil : "without -o: \(toStream)"
  }

  private func isRefusal(_ outcome: Subprocess.Outcome) throws -> Bool {
    let left = try FileManager.default.contentsOfDirectory(atPath: sandbox.file("out"))
    return [65, 77].contains(outcome.status) && outcome.standardOutput.isEmpty && left.isEmpty
      && outcome.standardError.starts(with: Data("valise: error: ".utf8))
  }
}

extension SeededGenerator {
  /// One for `what`, by `$VALISE_TEST_SEED` or a new seed, which is printed to be had again.
  static func announced(_ what: String) -> SeededGenerator {
    let given = ProcessInfo.processInfo.environment["VALISE_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0...UInt64.max)
    print("tampering: \(what): VALISE_TEST_SEED=\(seed)")
    return SeededGenerator(seed: seed)
  }
}

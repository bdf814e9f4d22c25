import Foundation
import Testing

/// What a terminal shows while the readers of one large file change.
@Suite("Progress of changing readers")
struct ReaderProgressTests {
  private let sandbox: Sandbox

  init() throws {
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    sandbox = try Sandbox(in: memory ?? NSTemporaryDirectory())
    try sandbox.run(
      "sh", "-ec",
      """
      valise key generate -q --name alice --no-passphrase
      VALISE_HOME=bob valise key generate -q --name bob --no-passphrase
      VALISE_HOME=bob valise key export -o bob.jwks
      valise contact add -q bob bob.jwks
      """)
  }

  /// Each `call` takes a while longer, so that the job takes longer than a bar waits for.
  private func shown(_ command: String, slowing call: String, by delay: Int) throws -> [Int] {
    let strace = [
      "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
      "inject=\(call):delay_exit=\(delay)",
    ]
    var process = Subprocess(
      strace + command.split(separator: " ").map(String.init), in: sandbox)
    process.typed = []
    let outcome = try process.run()
    #expect(outcome.status == 0, "\(outcome)")
    let text = String(decoding: outcome.standardOutput, as: UTF8.self)
    return text.matches(of: #/valise: ([0-9]+)% of/#).compactMap { Int($0.1) }
  }

  @Test("it grows within one file that is encrypted anew")
  func removing() throws {
    try sandbox.run("truncate", "-s", "8M", "plain")
    try sandbox.run("valise", "encrypt", "-r", "me", "-r", "bob", "-o", "sealed.jwe", "plain")
    let shown = try shown(
      "valise recipients remove -r bob sealed.jwe", slowing: "pread64", by: 100_000)
    #expect(Set(shown.filter { (1...99).contains($0) }).count > 2, "\(shown)")
    #expect(shown == shown.sorted())
  }

  @Test("it grows within one file whose content is copied")
  func adding() throws {
    try sandbox.run("truncate", "-s", "64M", "plain")
    try sandbox.run("valise", "encrypt", "-r", "me", "-o", "sealed.jwe", "plain")
    let shown = try shown(
      "valise recipients add -r bob sealed.jwe", slowing: "copy_file_range", by: 500_000)
    #expect(Set(shown.filter { (1...99).contains($0) }).count > 2, "\(shown)")
    #expect(shown == shown.sorted())
  }
}

import Foundation
import Testing

@testable import valise

@Suite("What is run for received messages")
struct ReceiveHookTests {
  private let sandbox: Sandbox

  init() throws { sandbox = try Sandbox() }

  private func configuration(_ text: String) throws -> Configuration {
    try sandbox.write(Data(text.utf8), to: "config.toml")
    return try Configuration(path: sandbox.file("config.toml"))
  }

  private func refusal(_ text: String) -> Failure? {
    #expect(throws: Failure.self) { _ = try configuration(text) }
  }

  private func mode(_ mode: Int, _ name: String) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: sandbox.file(name))
  }

  /// A hook whose program is `script`.
  ///
  /// Another process writes it: a child that another test makes meanwhile would have it open for writing
  /// for a moment, and the system runs no such file (ETXTBSY).
  private func hook(_ script: String, timeout: Int = 60) throws -> ReceiveHook {
    try sandbox.write(Data("#!/bin/sh\n\(script)\n".utf8), to: "hook.sh")
    try sandbox.run("install", "-m", "700", "hook.sh", "hook")
    let text =
      "[[on-receive]]\nrun = ['\(sandbox.file("hook"))', 'a $b']\ntimeout = \(timeout)\n"
    return try #require(try configuration(text).receiveHooks.first)
  }

  // MARK: Running

  @Test("the program gets the message, its id and its own arguments")
  func message() throws {
    let hook = try hook(
      "cd \"${0%/*}\" && cat >message && printf '%s|' \"$1\" \"$VALISE_MESSAGE_ID\" \"$#\" >words")
    let message = Array("{\"body\":\"\(String(repeating: "x", count: 200_000))\"}".utf8)
    #expect(try hook.run(id: "m-1", message: message) == .done)
    #expect(try Array(sandbox.read("message")) == message)
    #expect(try sandbox.read("words") == Data("a $b|m-1|1|".utf8))
  }

  @Test("its environment is what it needs, and nothing of ours")
  func environment() throws {
    setenv("VALISE_TEST_PASSWORD", "hunter2", 1)
    defer { unsetenv("VALISE_TEST_PASSWORD") }
    let hook = try hook("env >\"${0%/*}/env\"")
    #expect(try hook.run(id: "m-1", message: []) == .done)
    let names = String(decoding: try sandbox.read("env"), as: UTF8.self).split(separator: "\n")
      .map { String($0.prefix { $0 != "=" }) }
    #expect(names.contains("VALISE_MESSAGE_ID") && names.contains("PATH"))
    #expect(!names.contains("VALISE_TEST_PASSWORD"))
  }

  @Test("any end but status 0 is to be tried again")
  func failures() throws {
    #expect(try hook("exit 3").run(id: "m", message: [1]) == .failed("it ended with status 3"))
    #expect(
      try hook("kill -15 $$").run(id: "m", message: [1]) == .failed("it was ended by signal 15"))
    #expect(
      try hook("sleep 600", timeout: 1).run(id: "m", message: [1])
        == .failed("it was ended after 1 s"))
    #expect(try hook("true").run(id: "m", message: [1]) == .done)
  }

  @Test("a program that others were let write to after it was set up is not run")
  func changed() throws {
    let hook = try hook("touch \"${0%/*}/ran\"")
    try mode(0o770, "hook")
    let failure = #expect(throws: Failure.self) { _ = try hook.run(id: "m", message: []) }
    #expect(failure?.status == .configuration)
    #expect(!FileManager.default.fileExists(atPath: sandbox.file("ran")))
  }

  // MARK: The configuration

  @Test("without a file nothing is set up, and an empty one sets up nothing")
  func none() throws {
    #expect(try Configuration(path: sandbox.file("none.toml")).receiveHooks.isEmpty)
    #expect(try configuration("# nothing yet\n").receiveHooks.isEmpty)
  }

  @Test("what is not said has a meaning: everybody's messages, a minute")
  func standard() throws {
    let hooks = try configuration(
      """
      [[on-receive]]
      run = ["/bin/sh"]

      [[on-receive]]
      run = ["/bin/sh", "-c", "true"]
      from = ["alice", "@team"]
      timeout = 5
      """
    ).receiveHooks
    #expect(
      hooks == [
        ReceiveHook(words: ["/bin/sh"], senders: nil, timeout: .seconds(60)),
        ReceiveHook(
          words: ["/bin/sh", "-c", "true"], senders: ["alice", "@team"], timeout: .seconds(5)),
      ])
  }

  @Test(
    "whatever else is in the file is refused with its line",
    arguments: [
      ("[[on-receive]]\nrun = [\"/bin/sh\"]\nform = [\"alice\"]\n", "line 3"),
      ("[[on-receive]]\nrun = \"/bin/sh\"\n", "line 2"), ("[[on-receive]]\n", "line 1"),
      ("[[on-receive]]\nrun = []\n", "line 1"), ("[on-receive]\nrun = [\"/bin/sh\"]\n", "line 1"),
      ("\n[[on-recieve]]\nrun = [\"/bin/sh\"]\n", "line 2"), ("timeout = 1\n", "line 1"),
      ("\n[[on-receive]]\nrun = [\"notify\"]\n", "line 2"),
      ("[[on-receive]]\nrun = [\"./notify\"]\n", "line 1"),
      ("[[on-receive]]\nrun = [\"/bin/sh\", \"\\u0000\"]\n", "line 1"),
      ("[[on-receive]]\nrun = [\"/bin/sh\"]\ntimeout = \"60\"\n", "line 3"),
      ("[[on-receive]]\nrun = [\"/bin/sh\"]\ntimeout = 0\n", "line 1"),
      ("[[on-receive]]\nrun = [\"/bin/sh\"]\ntimeout = 1.5\n", "line 1"),
      ("[[on-receive]]\nrun = [\"/bin/sh\"]\nfrom = [1]\n", "line 3"),
      ("[[on-receive]]\nrun = [\"/bin/sh\"\n", "line 3"),
    ])
  func refused(text: String, line: String) {
    let failure = refusal(text)
    #expect(failure?.status == .configuration)
    #expect(
      failure?.message.contains("config.toml: \(line): ") == true, "\(failure?.message ?? "")")
  }

  @Test("a file that others may write to is not believed")
  func writable() throws {
    _ = try configuration("")
    try mode(0o664, "config.toml")
    let failure = #expect(throws: Failure.self) {
      _ = try Configuration(path: sandbox.file("config.toml"))
    }
    #expect(failure?.status == .configuration)
    #expect(failure?.message.hasSuffix("config.toml: can be written to by others") == true)
  }

  @Test("a program is refused for what its link leads to")
  func link() throws {
    try sandbox.write(Data("#!/bin/sh\n".utf8), to: "hook")
    try FileManager.default.createSymbolicLink(
      atPath: sandbox.file("link"), withDestinationPath: "hook")
    let text = "[[on-receive]]\nrun = ['\(sandbox.file("link"))']\n"
    try mode(0o700, "hook")
    let hook = try #require(try configuration(text).receiveHooks.first)
    func refusal() -> Failure? { #expect(throws: Failure.self) { _ = try hook.program() } }
    #expect(try hook.program().hasSuffix("/work/hook"))
    for (mode, reason) in [
      (0o720, "can be written to by others"), (0o702, "can be written to by others"),
      (0o600, "permission denied"),
    ] {
      try self.mode(mode, "hook")
      let failure = refusal()
      #expect(failure?.status == .configuration)
      #expect(failure?.message.hasSuffix("/work/hook: \(reason)") == true)
    }
    try FileManager.default.removeItem(atPath: sandbox.file("hook"))
    #expect(refusal()?.status == .configuration)
    // The file is as good as before: a program may come back.
    #expect(try configuration(text).receiveHooks == [hook])
  }
}

import Foundation
import Testing

/// What the program prints about keys and contacts, and writes for others: never a private member.
@Suite("Public output")
struct PublicOutputTests {
  private static let privateNames: Set<String> = [
    "d", "p", "q", "dp", "dq", "qi", "k", "oth", "priv",
  ]

  private static func names(_ value: Any) -> Set<String> {
    switch value {
    case let object as [String: Any]:
      object.values.map(names).reduce(Set(object.keys)) { $0.union($1) }
    case let array as [Any]: array.map(names).reduce([]) { $0.union($1) }
    default: []
    }
  }

  private static func leaks(_ text: Data) throws -> Set<String> {
    try names(JSONSerialization.jsonObject(with: text, options: .fragmentsAllowed))
      .intersection(privateNames)
  }

  /// Each prints JSON on standard output, or nothing.
  private static let commands = [
    "key export own", "key export own --force -o own.jwks", "key list --json",
    "key fingerprint own --json", "key default --json", "key rotate own --json",
    "key passphrase own --no-passphrase --json", "key revoke own --prepare",
    "contact add bob own.jwks --json", "contact list --json", "contact show bob --json",
    "contact rename bob rob --json", "contact export rob", "contact add --project rob --json",
    "group add @team rob --json", "group list --json", "group show team --json",
    "group add --project @team rob --json", "encrypt -r own -o sealed.jwe plain",
    "inspect --json sealed.jwe", "key import moved.jwks --name moved --no-passphrase --json",
    "key export moved", "group remove @team rob --json", "contact remove rob --json",
    "key revoke own --yes --json", "key export own", "key list --json",
  ]

  @Test(
    "nothing that a command prints or writes for others holds a private member",
    arguments: ["X25519", "P-256", "P-384", "P-521", "X448", "RSA-2048"])
  func outputs(_ type: String) throws {
    let sandbox = try Sandbox()
    try sandbox.write(Data("x".utf8), to: "plain")
    try sandbox.run("valise", "project", "init", "-q")
    try sandbox.run(
      "valise", "key", "generate", "-q", "--name", "own", "--type", type, "--no-passphrase")
    let secret = ["valise", "key", "export", "--private", "--no-passphrase", "-o", "moved.jwks"]
    let exported = try Subprocess(secret, in: sandbox).run()
    #expect(exported.status == 0)
    #expect(try !Self.leaks(sandbox.read("moved.jwks")).isEmpty)
    for command in Self.commands {
      let words = ["valise"] + command.split(separator: " ").map(String.init)
      let outcome = try Subprocess(words, in: sandbox).run()
      #expect(outcome.status == 0, "\(command): \(outcome)")
      let output = outcome.standardOutput
      if !output.isEmpty { #expect(try Self.leaks(output).isEmpty, "\(command)") }
    }
    #expect(try Self.leaks(sandbox.read("own.jwks")).isEmpty)
    for root in [".valise", "../home/keyring/contacts"] {
      let files = try FileManager.default.subpathsOfDirectory(atPath: sandbox.file(root))
      for file in files where file.hasSuffix(".json") {
        #expect(try Self.leaks(sandbox.read("\(root)/\(file)")).isEmpty, "\(file)")
      }
    }
  }

  @Test("a private key is nobody's contact, whichever kind it is and whatever it stands in")
  func refused() throws {
    let sandbox = try Sandbox()
    try sandbox.run("valise", "key", "generate", "-q", "--name", "own", "--no-passphrase")
    try sandbox.run("valise", "key", "export", "--private", "--no-passphrase", "-o", "set.jwks")
    try sandbox.run(
      "sh", "-c",
      "python3 -c 'import json; print(json.dumps(json.load(open(\"set.jwks\"))[\"keys\"][0]))' >one.jwk"
    )
    for file in ["set.jwks", "one.jwk"] {
      let outcome = try Subprocess(["valise", "contact", "add", "bob", file], in: sandbox).run()
      #expect(outcome.status == 65, "\(outcome)")
    }
    let list = try sandbox.run("valise", "contact", "list", "--json").standardOutput
    #expect(String(decoding: list, as: UTF8.self) == "[]\n")
  }
}

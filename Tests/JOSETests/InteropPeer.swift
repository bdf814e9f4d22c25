import Foundation

/// Another implementation of JOSE, reached through a driver in Tests/Interop.
enum InteropPeer: String, CaseIterable {
  case jwcrypto, joserfc
  case panva = "panva/jose"
  case latchset = "latchset/jose"

  var command: [String] {
    switch self {
    case .jwcrypto: ["python3", "-B", "jwcrypto_peer.py"]
    case .joserfc: ["python3", "-B", "joserfc_peer.py"]
    case .panva: ["node", "panva_peer.js"]
    case .latchset: ["python3", "-B", "latchset_peer.py"]
    }
  }

  /// Its version; nil when it is not installed.
  var version: String? { Self.versions[self] }

  private static let versions: [InteropPeer: String] = {
    var versions: [InteropPeer: String] = [:]
    for peer in allCases {
      guard let driver = try? InteropDriver(peer, showsErrors: false),
        case .done(let text)? = try? driver.version()
      else { continue }
      versions[peer] = text
    }
    return versions
  }()

  /// The checkout's root.
  static let root = URL(filePath: #filePath).appending(path: "../../..").standardized
}

/// A driver's process, which takes and gives a line of JSON for each request.
final class InteropDriver {
  enum Answer {
    case done(String)
    /// In the peer's own words, that it does not do it, or that it failed.
    case refused(String)
  }

  struct Silence: Error {}

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var pending = Data()

  init(_ peer: InteropPeer, showsErrors: Bool = true) throws {
    // A driver that died is to show as an error of the next write.
    signal(SIGPIPE, SIG_IGN)
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = peer.command
    process.currentDirectoryURL = InteropPeer.root.appending(path: "Tests/Interop")
    process.standardInput = input
    process.standardOutput = output
    if !showsErrors { process.standardError = FileHandle.nullDevice }
    try process.run()
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func version() throws -> Answer { try ask(["op": "version"]) }

  func ask(_ request: [String: Any]) throws -> Answer {
    var line = try JSONSerialization.data(withJSONObject: request)
    line.append(0x0A)
    try input.fileHandleForWriting.write(contentsOf: line)
    let answer = try JSONSerialization.jsonObject(with: nextLine()) as? [String: String]
    if let text = answer?["ok"] { return .done(text) }
    guard let reason = answer?["unsupported"] ?? answer?["error"] else { throw Silence() }
    return .refused(reason)
  }

  private func nextLine() throws -> Data {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        defer { pending = Data(pending[(end + 1)...]) }
        return Data(pending[..<end])
      }
      let piece = output.fileHandleForReading.availableData
      guard !piece.isEmpty else { throw Silence() }
      pending.append(piece)
    }
  }
}

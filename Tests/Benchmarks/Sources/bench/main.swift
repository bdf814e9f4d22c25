// Compares Valise with age, gpg, jose and openssl enc, all on files in memory-backed storage.
//
//   bench PATH-OF-VALISE [--runs N] [--max-size MIB] [--only PART] [--slow] [--json FILE]
//
// PART: start-up, sizes, recipients, changes, secrets, keyring or post.
// --slow also runs the jose command on the large sizes, which takes minutes and gigabytes.

import Foundation

var arguments = Array(CommandLine.arguments.dropFirst())
@MainActor func option(_ name: String) -> String? {
  guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
  defer { arguments.removeSubrange(index...(index + 1)) }
  return arguments[index + 1]
}
let times = Int(option("--runs") ?? "") ?? 5
let maximumMiB = Int(option("--max-size") ?? "") ?? 1024
let jsonPath = option("--json")
let onlyPart = option("--only")
let isSlow = arguments.contains("--slow")
arguments.removeAll { $0 == "--slow" }
guard let valise = arguments.first else {
  FileHandle.standardError.write(Data("usage: bench PATH-OF-VALISE\n".utf8))
  exit(64)
}

do {
  let store = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : "/tmp"
  let directory = URL(
    filePath: "\(store)/valise-bench-\(ProcessInfo.processInfo.processIdentifier)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  let launcher = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "launch").path
  let runner = Runner(directory: directory, launcher: launcher)
  let bench = try Comparison(runner: runner, valise: URL(filePath: valise).path, times: times)
  print(bench.machine + "\n")
  let parts: [(name: String, measure: @MainActor () throws -> [Row])] = [
    ("start-up", { try bench.startUp() }),
    ("sizes", { try bench.sizes(upTo: maximumMiB, slow: isSlow) }),
    ("recipients", { try bench.recipients() }),
    (
      "changes",
      {
        let name = maximumMiB >= 1024 ? "1 GiB" : "\(maximumMiB) MiB"
        return try bench.changes(byteCount: min(maximumMiB, 1024) << 20, name: name)
      }
    ),
    ("secrets", { try bench.secrets() }),
    ("keyring", { try bench.keyring() }),
    ("post", { try bench.post(attachmentMiB: min(512, maximumMiB)) }),
  ]
  var rows: [Row] = []
  for part in parts where onlyPart == nil || part.name == onlyPart {
    rows += try part.measure()
  }
  if let jsonPath {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try encoder.encode(rows).write(to: URL(filePath: jsonPath))
  }
} catch {
  FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
  exit(1)
}

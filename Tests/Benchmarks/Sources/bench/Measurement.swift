import Foundation

/// One run of one command.
struct Run {
  let seconds: Double
  let peakKiB: Int
}

/// A command line that does one job, and what has to be gone before each run.
struct Job {
  let tool: String
  let command: String
  let output: String
  /// Memory to touch before, in MiB: what the job will fill.
  var warmMiB = 0
  /// What makes the job's input anew before each run, for a job that changes it.
  var before: String?
}

/// Runs jobs in the working directory of the benchmark.
struct Runner {
  let directory: URL
  let launcher: String

  /// Runs the job's command under `sh`; `launch` measures the tool alone.
  func run(_ job: Job) throws -> Run {
    try? FileManager.default.removeItem(at: directory.appending(path: job.output))
    if let before = job.before { try shell(before) }
    let report = directory.appending(path: "report")
    FileManager.default.createFile(atPath: report.path, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.currentDirectoryURL = directory
    process.arguments = ["-c", "exec 3>report; \(launcher) \(job.warmMiB) \(job.command)"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let parts = try String(contentsOf: report, encoding: .utf8).split(
      whereSeparator: \.isWhitespace)
    guard parts.count == 3, let seconds = Double(parts[0]), let peak = Int(parts[1]),
      parts[2] == "0"
    else { throw Problem(description: "\(job.tool) failed: \(job.command)") }
    return Run(seconds: seconds, peakKiB: peak)
  }

  /// Prepares something and must succeed.
  @discardableResult
  func shell(_ command: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.currentDirectoryURL = directory
    process.arguments = ["-ec", command]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Problem(description: "preparation failed: \(command)")
    }
    return String(decoding: output, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// The runs of each job, taken in turns, so that a slow minute of the machine hits all alike.
  func alternate(_ jobs: [Job], times: Int) throws -> [[Run]] {
    var runs = jobs.map { _ in [Run]() }
    for _ in 0..<times {
      for (index, job) in jobs.enumerated() { runs[index].append(try run(job)) }
    }
    return runs
  }
}

struct Problem: Error, CustomStringConvertible { let description: String }

/// What is printed and kept of a comparison.
struct Row: Encodable {
  let job: String
  let tool: String
  let medianSeconds: Double
  let peakMiB: Double
  /// Valise's time by this tool's.
  let ratio: Double?

  init(_ job: String, _ tool: String, _ runs: [Run], valise: [Run]?) {
    self.job = job
    self.tool = tool
    medianSeconds = Self.median(runs.map(\.seconds))
    peakMiB = Self.median(runs.map { Double($0.peakKiB) / 1024 })
    ratio = valise.map { Self.median($0.map(\.seconds)) / Self.median(runs.map(\.seconds)) }
  }

  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    return sorted.count % 2 == 1
      ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
  }
}

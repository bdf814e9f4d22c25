/// What became of one test.
package enum Outcome: Sendable, Hashable {
  case accepted
  case refused
  /// Neither: another result than the file's, or a failure for no reason of the input's.
  case wrong(String)
}

extension Outcome {
  /// Accepted when `body` yields `expected`, refused when it throws a `Refusal`.
  ///
  /// Unless `defect` says that nothing was refused, and why. `expected` is nil where the file gives no
  /// result, because there should be none.
  package static func of<Result: Equatable, Refusal: Error>(
    _ expected: Result?, defect: (Refusal) -> String?, _ body: () throws -> Result
  ) rethrows -> Outcome {
    do {
      let result = try body()
      return expected == nil || result == expected ? .accepted : .wrong("another result")
    } catch let error as Refusal { return defect(error).map(Outcome.wrong) ?? .refused }
  }
}

extension VectorFile {
  /// Runs every test, prints one line of counts, and returns what is not as it should be.
  ///
  /// A test is as it should be when its outcome is the file's expected one and no row of
  /// ``Departure/table`` says otherwise, or when it departs as a row says. Rows that do not depart
  /// are failures too, so that the table never says more than is so.
  package func failures(_ outcome: (VectorTest) throws -> Outcome) -> [String] {
    let (failures, summary) = run(outcome)
    print(summary)
    return failures
  }

  /// The same in silence.
  package func run(
    _ outcome: (VectorTest) throws -> Outcome
  ) -> (failures: [String], summary: String) {
    var run = VectorRun(self)
    for test in tests {
      do { run.record(test, try outcome(test)) } catch {
        run.record(test, .wrong("\(error)"))
      }
    }
    run.finish()
    return (run.failures, run.summary)
  }
}

/// The count of one file's run.
private struct VectorRun {
  private let file: VectorFile
  private let departures: [Departure]
  private let choices: [Choice]
  private var departed: [Set<Int>]
  private var chosen: [Int]
  private var accepted = 0
  private var refused = 0
  private(set) var failures: [String] = []

  init(_ file: VectorFile) {
    self.file = file
    departures = Departure.table.filter { $0.file == file.name }
    choices = Choice.table.filter { $0.file == file.name }
    departed = Array(repeating: [], count: departures.count)
    chosen = Array(repeating: 0, count: choices.count)
  }

  mutating func record(_ test: VectorTest, _ outcome: Outcome) {
    switch outcome {
    case .accepted: accepted += 1
    case .refused: refused += 1
    case .wrong(let what): return failures.append("\(file.name) \(test.id): \(what)")
    }
    let expected: Outcome
    switch test.expectation {
    case .valid: expected = .accepted
    case .invalid: expected = .refused
    case .acceptable: return choose(test, outcome)
    }
    guard outcome != expected else { return }
    let row = departures.indices.first {
      departures[$0].ours == outcome && departures[$0].covers(test)
    }
    if let row {
      departed[row].insert(test.id)
    } else {
      failures.append("\(file.name) \(test.id): \(outcome), but it is \(test.expectation)")
    }
  }

  private mutating func choose(_ test: VectorTest, _ outcome: Outcome) {
    guard let row = choices.firstIndex(where: { test.flags.contains($0.flag) }) else {
      return failures.append("\(file.name) \(test.id): \(outcome), and no choice is stated")
    }
    chosen[row] += 1
    if outcome != choices[row].ours {
      failures.append("\(file.name) \(test.id): \(outcome), against the choice that is stated")
    }
  }

  /// Every row must have its full count.
  mutating func finish() {
    for (row, departure) in departures.enumerated() {
      let problem = departure.problem(departed[row], of: file.tests)
      if let problem { failures.append("\(file.name), '\(departure.reason)': \(problem)") }
    }
    for (row, choice) in choices.enumerated() where chosen[row] != choice.count {
      failures.append("\(file.name), \(choice.flag): \(chosen[row]) choices, not \(choice.count)")
    }
  }

  var summary: String {
    "vectors: \(file.name): \(file.tests.count) tests, \(accepted) accepted, \(refused) refused, "
      + "\(departed.reduce(0) { $0 + $1.count }) departures"
  }
}

import Testing
import Vectors

/// The table must not say more than is so, or it hides what it should show.
@Suite struct DepartureTableTests {
  private let name = "json_web_encryption_test.json"

  private func test(_ id: Int, _ expectation: VectorTest.Expectation) -> VectorTest {
    VectorTest(id: id, expectation: expectation, fields: .object([:]))
  }

  @Test("a departure without a row is a failure, as is a row that does not depart")
  func rows() {
    let surprise = VectorFile("another.json", tests: [test(1, .valid), test(2, .invalid)])
    #expect(surprise.run { _ in .refused }.failures.count == 1)
    #expect(surprise.run { _ in .accepted }.failures.count == 1)
    #expect(surprise.run { $0.id == 1 ? .accepted : .refused }.failures == [])

    let idle = VectorFile(name, tests: [test(135, .valid)])
    #expect(idle.run { _ in .accepted }.failures.contains { $0.contains("[135] do not depart") })
    #expect(!idle.run { _ in .refused }.failures.contains { $0.contains("135") })
  }

  @Test("another result is a failure whatever the file expects, and so is an unforeseen error")
  func wrong() {
    for expectation in [VectorTest.Expectation.valid, .invalid, .acceptable] {
      let file = VectorFile("another.json", tests: [test(1, expectation)])
      #expect(file.run { _ in .wrong("another result") }.failures.count == 1)
      #expect(file.run { _ in throw VectorError("unforeseen") }.failures.count == 1)
    }
  }

  @Test("where the file leaves it free, a choice must be stated")
  func choices() {
    let file = VectorFile("another.json", tests: [test(1, .acceptable)])
    #expect(file.run { _ in .accepted }.failures.count == 1)
    #expect(file.run { _ in .refused }.failures.count == 1)
  }

  @Test("every row names a file that there is", .withVectors)
  func files() throws {
    for file in Departure.files {
      let folder = file.contains("/") ? "rfc7520" : "wycheproof"
      #expect(throws: Never.self) { try VectorFolder.load("\(folder)/\(file)") }
    }
  }
}

import Foundation
import Synchronization

/// Where the vector files are.
package enum VectorFolder {
  private static let path = ProcessInfo.processInfo.environment["VALISE_VECTORS"]

  /// Whether there are any to test with.
  package static let isAvailable = path?.isEmpty == false

  /// What a skipped suite says.
  package static let origin: String =
    "VALISE_VECTORS is not set; it names a folder with wycheproof/ (C2SP Wycheproof, "
    + "testvectors_v1) and rfc7520/ (the IETF JOSE cookbook, RFC 7520), both public"

  /// Files that were parsed, so that each is parsed once.
  private static let parsed = Mutex<[String: VectorValue]>([:])

  /// The contents of the file `name`.
  package static func load(_ name: String) throws -> VectorValue {
    guard let path else { throw VectorError(origin) }
    return try parsed.withLock { parsed in
      if let value = parsed[name] { return value }
      let url = URL(filePath: path, directoryHint: .isDirectory).appending(path: name)
      let value = try JSONDecoder().decode(VectorValue.self, from: Data(contentsOf: url))
      parsed[name] = value
      return value
    }
  }
}

/// One test of a file and the group it stands in.
package struct VectorTest: Sendable {
  /// What the file says should become of it.
  package enum Expectation: String, Sendable { case valid, invalid, acceptable }

  /// `tcId`; in the cookbook, which has none, the count from 1.
  package let id: Int
  package let expectation: Expectation
  package let flags: [String]
  package let group: VectorValue
  package let fields: VectorValue

  package init(
    id: Int, expectation: Expectation, flags: [String] = [], group: VectorValue = .object([:]),
    fields: VectorValue
  ) {
    self.id = id
    self.expectation = expectation
    self.flags = flags
    self.group = group
    self.fields = fields
  }

  /// The member called `name`, of the test or else of its group.
  package func value(_ name: String) throws -> VectorValue {
    guard let value = fields[name] ?? group[name] else {
      throw VectorError("test \(id) has no \(name)")
    }
    return value
  }

  /// The string called `name`.
  package func text(_ name: String) throws -> String {
    guard let text = try value(name).string else { throw VectorError("\(name) is not a string") }
    return text
  }

  /// The integer called `name`.
  package func integer(_ name: String) throws -> Int {
    guard let value = try value(name).integer else { throw VectorError("\(name) is no integer") }
    return value
  }

  /// The bytes that the member called `name` holds in hexadecimal.
  package func hex(_ name: String) throws -> [UInt8] { try bytes(hex: text(name)) }
}

/// A file of tests.
package struct VectorFile: Sendable {
  /// The file's own name.
  package let name: String
  package let tests: [VectorTest]

  package init(_ name: String, tests: [VectorTest]) {
    self.name = name
    self.tests = tests
  }

  /// A file of Wycheproof's.
  package init(wycheproof name: String) throws {
    let root = try VectorFolder.load("wycheproof/\(name)")
    var tests: [VectorTest] = []
    for group in root["testGroups"]?.elements ?? [] {
      for test in group["tests"]?.elements ?? [] {
        guard let id = test["tcId"]?.integer, let result = test["result"]?.string,
          let expectation = VectorTest.Expectation(rawValue: result)
        else { throw VectorError("\(name) has a test without tcId or result") }
        tests.append(
          VectorTest(
            id: id, expectation: expectation,
            flags: test["flags"]?.elements.compactMap(\.string) ?? [], group: group, fields: test))
      }
    }
    // A file that cannot be read must not pass for one whose tests all hold.
    guard !tests.isEmpty, root["numberOfTests"]?.integer == tests.count else {
      throw VectorError("\(name) does not hold as many tests as it says")
    }
    self.init(name, tests: tests)
  }
}

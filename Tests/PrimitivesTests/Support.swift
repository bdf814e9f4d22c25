import Primitives
import Testing
import Vectors

extension Trait where Self == ConditionTrait {
  /// Runs what needs the public vector files only where they are.
  static var withVectors: Self {
    .enabled(if: VectorFolder.isAvailable, Comment(rawValue: VectorFolder.origin))
  }
}

extension Outcome {
  /// A library that fails without a reason has not refused anything.
  static func of<Result: Equatable>(
    _ expected: Result?, _ body: () throws -> Result
  ) rethrows -> Outcome {
    try of(
      expected,
      defect: { (error: PrimitiveError) in
        [.internalFailure, .randomUnavailable].contains(error.code) ? error.reason : nil
      }, body)
  }

  /// Accepted when `body` finds that a signature or a code holds.
  static func verified(_ body: () throws -> Bool) rethrows -> Outcome {
    do { return try body() ? .accepted : .refused } catch let error as PrimitiveError {
      return error.code == .internalFailure ? .wrong(error.reason) : .refused
    }
  }
}

extension VectorTest {
  /// The secret that the member called `name` holds in hexadecimal.
  func secret(_ name: String) throws -> SecretBytes {
    let bytes = try hex(name)
    return SecretBytes(copying: bytes.span)
  }

  /// `hex(name)` where the file expects a result; nil for tests that should have none.
  func result(_ name: String) throws -> [UInt8]? {
    expectation == .invalid ? nil : try hex(name)
  }
}

extension SecretBytes {
  var copy: [UInt8] { withBytes { [UInt8](copying: $0) } }
}

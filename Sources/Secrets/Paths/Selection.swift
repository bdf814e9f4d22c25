/// Which values of a file are secret.
public struct Selection: Sendable, Hashable {
  /// Patterns of what is secret; none means everything.
  public var only: [PathPattern]
  /// Patterns of what is not, whatever ``only`` says.
  public var except: [PathPattern]

  /// All values.
  public static let all = Selection()

  /// The values that match any of `only` and none of `except`.
  public init(only: [PathPattern] = [], except: [PathPattern] = []) {
    self.only = only
    self.except = except
  }

  /// Whether the value at `path` is secret.
  public func contains(_ path: SecretPath) -> Bool {
    guard only.isEmpty || only.contains(where: { $0.matches(path) }) else { return false }
    return !except.contains { $0.matches(path) }
  }
}

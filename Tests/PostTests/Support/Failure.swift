@testable import Post

/// How `body` fails; nil when it does not.
func failure<Result>(_ body: () throws -> Result) -> PostError.Code? {
  do {
    _ = try body()
    return nil
  } catch { return (error as? PostError)?.code }
}

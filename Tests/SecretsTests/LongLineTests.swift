#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import Testing

@testable import Secrets

@Suite("files of one long line")
struct LongLineTests {
  /// The processor time of this thread.
  private func cost(_ body: () throws -> Void) rethrows -> Duration {
    func now() -> Duration {
      var time = timespec()
      _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
    let start = now()
    try body()
    return now() - start
  }

  @Test(
    "take time by their length, and not by its square",
    arguments: [
      (FileFormat.yaml, "x"), (.yaml, "{b: x}"), (.yaml, "{}"), (.json, "1"), (.json, "{\"b\": 1}"),
      (.toml, "1"), (.toml, "{b = 1}"),
    ])
  func linear(format: FileFormat, element: String) throws {
    func text(_ count: Int) -> [UInt8] {
      let list = "[" + Array(repeating: element, count: count).joined(separator: ", ") + "]"
      return switch format {
      case .json: Array("{\"a\": \(list)}".utf8)
      case .toml: Array("a = \(list)\n".utf8)
      default: Array("a: \(list)\n".utf8)
      }
    }
    func scan(_ count: Int) throws -> Duration {
      let bytes = text(count)
      let costs = try (0..<3).map { _ in
        try cost {
          let document = try format.syntax.scan(bytes)
          _ = MergeText(document, MergeText.Style(format, [document]))
        }
      }
      return costs.min() ?? .zero
    }
    // Sixteen times the length: 16 or 256 times the work.
    let (short, long) = (try scan(1_000), try scan(16_000))
    #expect(long < short * 64)
  }
}

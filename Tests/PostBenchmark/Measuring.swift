import JOSE
import Primitives

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A line of the table: what was measured, and how it compares with its bar.
func report(_ what: String, _ value: String, bar: String = "") {
  print("| \(what) | \(value) | \(bar) |")
  fflush(nil)
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let time = try ContinuousClock().measure(body)
  return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}

func milliseconds(_ body: () throws -> Void) rethrows -> String {
  "\(rounded(try seconds(body) * 1_000)) ms"
}

func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

func rate(_ count: Int, _ seconds: Double) -> String { "\(Int(Double(count) / seconds))/s" }

func throughput(_ byteCount: Int, _ seconds: Double) -> String {
  "\(Int(Double(byteCount) / seconds / Double(1 << 20))) MiB/s"
}

/// The most memory that the process ever had, in MiB.
func peakMemory() -> Int {
  var usage = rusage()
  #if canImport(Glibc)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  #else
    getrusage(RUSAGE_SELF, &usage)
  #endif
  return usage.ru_maxrss >> 10
}

/// Has the system forget what it has read, which only root may do; false for others.
func dropCaches() -> Bool {
  sync()
  let descriptor = open("/proc/sys/vm/drop_caches", O_WRONLY)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  return write(descriptor, "3\n", 2) == 2
}

/// A source of a given length that costs next to nothing.
final class Pattern: ByteSource {
  private var left: Int
  private static let piece = (0..<1 << 18).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

  init(byteCount: Int) { left = byteCount }

  var expectedByteCount: UInt64? { UInt64(left) }

  func read(
    upTo count: Int, into output: inout OutputSpan<UInt8>
  ) throws(JOSEError) -> Int {
    let piece = Self.piece
    let count = min(count, left, piece.count)
    output.append(copying: piece.span.extracting(first: count))
    left -= count
    return count
  }
}

/// A sink that keeps nothing.
final class Nowhere: StagedSink {
  private(set) var byteCount = 0

  func write(_ bytes: Span<UInt8>) throws(JOSEError) { byteCount += bytes.count }

  func commit() throws(JOSEError) {}
}

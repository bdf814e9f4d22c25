internal import CPlatform
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a process that handles keys does to itself first.
package enum ProcessHardening {
  private static let ending = Mutex<(@Sendable () -> Never)?>(nil)

  /// Has `body` end the process when the system has no protected memory left for a key.
  ///
  /// As with any allocation in Swift there is no way on without it; but a program can say so. What is
  /// half written has no name yet, or a hidden one: it is as after a kill.
  package static func whenMemoryEnds(_ body: @escaping @Sendable () -> Never) {
    ending.withLock { $0 = body }
  }

  static func endWithoutMemory() -> Never {
    guard let end = ending.withLock({ $0 }) else { fatalError("no protected memory is left") }
    end()
  }

  /// Leaves no core dump, which would hold every key in the clear.
  ///
  /// Best effort: a system that refuses is no reason to refuse the work.
  package static func forbidCoreDumps() {
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_CORE.rawValue)
    #else
      let resource = RLIMIT_CORE
    #endif
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    _ = unsafe setrlimit(resource, &none)
    _ = valise_forbid_dumps()
  }
}

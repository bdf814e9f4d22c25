internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a process that handles keys does to itself first.
package enum ProcessHardening {
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

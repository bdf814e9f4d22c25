#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A thread, to be joined.
@safe
struct Worker {
  private let thread: pthread_t

  /// Starts `body` on a thread of its own; the caller must join it before what `body` uses is gone.
  ///
  /// nil when the system lets no more threads be made, as where a container may have few: the work is
  /// the caller's own then.
  init?(_ body: @escaping () -> Void) {
    let box = unsafe Unmanaged.passRetained(Box(body))
    #if canImport(Glibc)
      var thread = pthread_t()
    #else
      var thread: pthread_t?
    #endif
    let status = unsafe pthread_create(
      &thread, nil,
      { argument in
        unsafe Worker.run(argument)
      }, unsafe box.toOpaque())
    #if canImport(Glibc)
      let made: pthread_t? = thread
    #else
      let made = thread
    #endif
    guard status == 0, let made else {
      unsafe box.release()
      return nil
    }
    self.thread = made
  }

  private final class Box {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }

  private static func run(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument {
      unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
    }
    return nil
  }

  /// Waits for the end of `body`.
  func join() { pthread_join(thread, nil) }
}

/// A mutex and the condition that goes with it.
@safe
final class Lock: @unchecked Sendable {
  // Sendable: this is what makes others so.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  func withLock<Result>(_ body: () -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Lets go of the lock until another thread wakes this one.
  func wait() { unsafe pthread_cond_wait(condition, mutex) }

  /// Wakes whoever waits.
  func wake() { unsafe pthread_cond_broadcast(condition) }
}

/// How many processors there are to run on.
func processorCount() -> Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

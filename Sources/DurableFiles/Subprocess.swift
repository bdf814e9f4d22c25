internal import CPlatform

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Another program, run with its words as they are: no shell reads them.
package enum Subprocess {
  /// How a program ended.
  package enum Ending: Sendable, Hashable {
    case exited(Int32)
    case killed(signal: Int32)
  }

  /// What a program wrote to its standard output, and how it ended.
  package struct Outcome: Sendable {
    package let ending: Ending
    package let output: [UInt8]
  }

  /// Runs `words`, with nothing on its standard input, to its end.
  ///
  /// - Parameters:
  ///   - words: the program, which is looked for on PATH, and its arguments.
  ///   - limit: how many bytes it may write.
  ///   - isQuiet: whether what it says on standard error is thrown away.
  /// - Returns: what it wrote, whatever status it ended with.
  /// - Throws: ``FileError`` `notFound` when there is no such program, `tooLarge` when it writes more;
  ///   it is ended then.
  package static func run(
    _ words: [String], limit: Int, isQuiet: Bool = false
  ) throws(FileError) -> Outcome {
    let (child, input) = try start(words, isQuiet: isQuiet)
    var bytes: [UInt8] = []
    do throws(FileError) {
      while try input.read(upTo: 1 << 16, appendingTo: &bytes) > 0 {
        guard bytes.count <= limit else {
          throw FileError(.tooLarge, words.first ?? "", "wrote more than \(limit) bytes")
        }
      }
    } catch {
      kill(child, SIGKILL)
      _ = try wait(for: child, words)
      throw error
    }
    return Outcome(ending: try wait(for: child, words), output: bytes)
  }

  /// Runs `words` on the person's own terminal and waits for it.
  ///
  /// Keys that interrupt are meant for it: they do not end this process meanwhile.
  ///
  /// - Throws: ``FileError`` `notFound`.
  package static func runInForeground(_ words: [String]) throws(FileError) -> Ending {
    let interrupt = signal(SIGINT, SIG_IGN)
    let quit = signal(SIGQUIT, SIG_IGN)
    defer {
      _ = signal(SIGINT, interrupt)
      _ = signal(SIGQUIT, quit)
    }
    return try wait(for: spawn(words, Streams()), words)
  }

  /// Starts `words` and returns where to read what it writes.
  ///
  /// The writing end is closed here with its owner; while it is open, reading would not end.
  private static func start(
    _ words: [String], isQuiet: Bool
  ) throws(FileError) -> (pid_t, Descriptor) {
    let (reading, writing) = try pipe()
    let streams = Streams(
      input: .nothing, output: .descriptor(writing.number), error: isQuiet ? .nothing : .ours)
    return (try spawn(words, streams), reading)
  }

  static func pipe() throws(FileError) -> (Descriptor, Descriptor) {
    var ends: [Int32] = [-1, -1]
    guard unsafe systemPipe(&ends) == 0 else { throw FileError.last("a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (Descriptor(ends[0], path: "a pipe"), Descriptor(ends[1], path: "a pipe"))
  }

  /// What a program has for one of its standard streams.
  enum Stream {
    case ours
    case nothing
    case descriptor(Int32)

    fileprivate var number: Int32 {
      switch self {
      case .ours: -1
      case .nothing: -2
      case .descriptor(let number): number
      }
    }
  }

  /// What a program has for its standard streams.
  struct Streams {
    var input = Stream.ours
    var output = Stream.ours
    var error = Stream.ours
  }

  /// Starts `words`, with this process's environment unless another is given.
  ///
  /// A program that is apart leads a process group of its own, and gets no other descriptors.
  static func spawn(
    _ words: [String], _ streams: Streams, environment: [[UInt8]]? = nil, isApart: Bool = false
  ) throws(FileError) -> pid_t {
    var child: pid_t = 0
    let error = unsafe withCStrings(words.map { Array($0.utf8) }) { words in
      unsafe withCStrings(environment ?? Self.environment) { environment in
        var surroundings = unsafe valise_surroundings(
          environment: environment,
          streams: (streams.input.number, streams.output.number, streams.error.number),
          is_apart: isApart ? 1 : 0)
        return unsafe valise_spawn(words, &surroundings, &child)
      }
    }
    guard error == 0 else { throw FileError(system: error, words.first ?? "") }
    return child
  }

  /// Waits until the program ends.
  static func wait(for child: pid_t, _ words: [String]) throws(FileError) -> Ending {
    while true { if let ending = try ending(of: child, words) { return ending } }
  }

  /// waitpid(2); nil when it did not tell of an end.
  static func ending(
    of child: pid_t, _ words: [String], _ options: Int32 = 0
  ) throws(FileError) -> Ending? {
    var status: Int32 = 0
    let found = unsafe waitpid(child, &status, options)
    guard found != 0 else { return nil }
    guard found > 0 else {
      guard errno == EINTR else { throw FileError.last(words.first ?? "") }
      return nil
    }
    let signal = status & 0x7F
    return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
  }
}

extension Subprocess {
  /// Becomes another program: signals and exit status are its own from then on.
  ///
  /// - Parameters:
  ///   - words: the program, which is looked for on PATH, and its arguments.
  ///   - variables: `NAME=value`, in place of variables of the same names and beside all others.
  /// - Throws: ``FileError`` `notFound` or `notPermitted` when there is no such program; `failed` also
  ///   when there is more than the system can hand over.
  package static func become(
    _ words: [String], adding variables: [[UInt8]]
  ) throws(FileError) -> Never {
    let environment = environment(adding: variables)
    var refusal = FileError(.notFound, words.first ?? "", "there is no such program on PATH")
    for candidate in candidates(words.first ?? "") {
      let error = unsafe withCStrings(words.map { Array($0.utf8) }) { words in
        unsafe withCStrings(environment) { environment in
          unsafe execve(candidate, words, environment)
          return errno
        }
      }
      guard error != ENOENT, error != ENOTDIR else { continue }
      refusal = FileError(system: error, candidate)
      // One that may not be run is passed over while another is found, as shells do.
      guard error == EACCES else { break }
    }
    throw refusal
  }

  private static func candidates(_ program: String) -> [String] {
    guard !program.utf8.contains(UInt8(ascii: "/")) else { return [program] }
    guard !program.isEmpty else { return [] }
    let path = Platform.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    return path.split(separator: ":", omittingEmptySubsequences: false).map {
      $0.isEmpty ? "./\(program)" : "\($0)/\(program)"
    }
  }

  /// Our variables, with `variables` in place of those of the same names and beside all others.
  static func environment(adding variables: [[UInt8]]) -> [[UInt8]] {
    let new = Set(variables.map { $0.prefix { $0 != UInt8(ascii: "=") } })
    return environment.filter { !new.contains($0.prefix { $0 != UInt8(ascii: "=") }) } + variables
  }

  /// `NAME=value` of each variable; names and values are bytes of any kind.
  private static var environment: [[UInt8]] {
    var variables: [[UInt8]] = []
    guard var next = unsafe valise_environment() else { return [] }
    while let variable = unsafe next.pointee {
      let bytes = unsafe UnsafeRawBufferPointer(start: variable, count: strlen(variable))
      variables.append(unsafe Array(bytes))
      unsafe next += 1
    }
    return variables
  }

  /// Lends `strings` as a list of C strings that nil ends.
  private static func withCStrings<Result>(
    _ strings: [[UInt8]],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = unsafe strings.map { bytes in
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
      for (index, byte) in bytes.enumerated() {
        unsafe (copy + index).initialize(to: CChar(bitPattern: byte))
      }
      unsafe (copy + bytes.count).initialize(to: 0)
      return unsafe Optional(copy)
    }
    defer { unsafe pointers.forEach { unsafe $0?.deallocate() } }
    unsafe pointers.append(nil)
    return unsafe pointers.withUnsafeBufferPointer { list in
      // A list that nil ends is not empty.
      guard let address = list.baseAddress else { preconditionFailure("an empty list") }
      return unsafe body(address)
    }
  }
}

/// pipe(2), whose name a method has.
private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { unsafe pipe(ends) }

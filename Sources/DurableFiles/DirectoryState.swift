#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// How the files of a directory look from outside, as two numbers: others when one of them was made,
/// replaced, removed, or written to where it lies, of which the directory's own time knows nothing.
///
/// They are sums over the files, so that a change of one is followed without a look at the others. They
/// tell accidents apart, not forgeries.
package struct DirectoryState: Sendable {
  private var sum: UInt64 = 0
  /// How many files there are.
  package private(set) var count: UInt32 = 0
  /// When the last of the files changed.
  fileprivate var newest = Duration.zero

  fileprivate init() {}

  /// How long ``text`` is.
  package static let textByteCount = 24

  /// Both numbers in hexadecimal digits.
  package var text: String { Self.digits(sum) + Self.digits(count) }

  private static func digits<Number: FixedWidthInteger>(_ number: Number) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: Number.bitWidth / 4 - digits.utf8.count) + digits
  }

  /// - Parameter text: as ``text``; nil for anything else.
  package init?(_ text: String) {
    guard text.utf8.count == Self.textByteCount, let sum = UInt64(text.prefix(16), radix: 16),
      let count = UInt32(text.dropFirst(16), radix: 16)
    else { return nil }
    self.sum = sum
    self.count = count
  }

  /// The state after the files that made up `old` came to make up `new`.
  package func replacing(_ old: DirectoryState, with new: DirectoryState) -> DirectoryState {
    var state = self
    state.sum = sum &- old.sum &+ new.sum
    state.count = count &- old.count &+ new.count
    return state
  }

  fileprivate mutating func add(_ name: String, in directory: Descriptor) {
    var status = stat()
    // Through links: what they lead to is what is read.
    guard unsafe fstatat(directory.number, name, &status, 0) == 0 else { return }
    newest = max(newest, status.modificationTime, status.changeTime)
    // FNV-1a, by words.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ value: UInt64) { hash = (hash ^ value) &* 0x100_0000_01B3 }
    for byte in name.utf8 { mix(UInt64(byte)) }
    mix(UInt64(truncatingIfNeeded: status.st_size))
    for time in [status.modificationTime, status.changeTime] {
      mix(UInt64(bitPattern: time.components.seconds))
      mix(UInt64(bitPattern: time.components.attoseconds))
    }
    sum &+= hash
    count &+= 1
  }
}

extension DirectoryState: Equatable {
  package static func == (a: DirectoryState, b: DirectoryState) -> Bool { a.sum == b.sum }
}

extension Directory {
  /// How all of its files look from outside, those left out whose names begin with a dot; nil when
  /// it cannot be read.
  ///
  /// Some microseconds a file, whose contents are not read. A file of this very moment is waited out,
  /// as with ``stamp``.
  package var state: DirectoryState? {
    var state = DirectoryState()
    do throws(FileError) {
      var stream = try DirectoryStream(Descriptor.open(path, O_RDONLY | O_DIRECTORY))
      while let entry = try stream.next() {
        if !entry.name.hasPrefix(".") { state.add(entry.name, in: stream.directory) }
      }
    } catch { return nil }
    Platform.waitOut(state.newest)
    return state
  }

  /// What the files called `names` make up of its ``state``; those that are not there nothing.
  package func state(of names: Set<String>) -> DirectoryState {
    var state = DirectoryState()
    guard let descriptor = try? Descriptor.open(path, O_RDONLY | O_DIRECTORY) else { return state }
    for name in names { state.add(name, in: descriptor) }
    Platform.waitOut(state.newest)
    return state
  }
}

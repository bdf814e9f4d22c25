import Foundation

/// A terminal whose person is the test.
final class PseudoTerminal {
  private let master: Int32
  /// The path of the end that programs open.
  let name: String

  init() throws {
    var (master, other): (Int32, Int32) = (-1, -1)
    guard openpty(&master, &other, nil, nil, nil) == 0, let path = ttyname(other) else {
      throw Subprocess.SpawnError(reason: "there is no pseudo-terminal")
    }
    self.master = master
    name = String(cString: path)
    // No other child may hold it; and as long as this end is open the conversation does not end.
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    close(other)
  }

  deinit { close(master) }

  /// All that is shown until the last program leaves, with a line of `lines` typed at each prompt.
  ///
  /// A prompt ends with a colon and a space. Typing before it would be lost: programs that ask for
  /// a passphrase throw away what came too early. `^C` and `^D` are the keys.
  func converse(typing lines: [String]) -> Data {
    var shown = Data()
    var isAnswered = 0
    var lines = lines[...]
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var watched = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
      guard poll(&watched, 1, 60_000) > 0 else { return shown }
      // The system reports an error once nobody holds the other end.
      let count = read(master, &piece, piece.count)
      guard count > 0 else { return shown }
      shown.append(contentsOf: piece[..<count])
      if shown.count > isAnswered, shown.suffix(2) == Data(": ".utf8), let line = lines.popFirst() {
        isAnswered = shown.count
        type(line)
      }
    }
  }

  private func type(_ line: String) {
    let keys: [UInt8] =
      switch line {
      case "^C": [3]
      case "^D": [4]
      default: Array("\(line)\n".utf8)
      }
    _ = write(master, keys, keys.count)
  }
}

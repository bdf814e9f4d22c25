/// What the program ends with; the numbers of sysexits(3).
enum ExitStatus: Int32 {
  case done = 0
  /// The command line asks for something that there is not.
  case usage = 64
  /// Input is malformed, damaged or tampered with.
  case badData = 65
  /// There is no such input, or it cannot be read.
  case noInput = 66
  /// No contact or group of that name.
  case unknownName = 67
  /// The post is not where it was, or is another one.
  case unavailable = 69
  /// A bug of ours.
  case bug = 70
  /// The output exists, or cannot be made.
  case cannotCreate = 73
  /// Reading or writing failed on the way.
  case inputOutput = 74
  /// Somebody else is at it, or the system is short of memory; trying again will do.
  case tryAgain = 75
  /// A signature or the trust in a key is not enough.
  case refused = 76
  /// None of your keys opens it.
  case noKey = 77
  /// The keyring or a configuration file is not as it must be.
  case configuration = 78
}

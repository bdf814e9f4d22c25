/// What contacts, identities and groups may be called.
enum Name {
  /// Names are file names, option values and parts of messages, so they are made of what is plain in
  /// all three: letters and digits of ASCII, and `.`, `_`, `-`, `+` and `@` after the first.
  static func check(_ name: String) throws(ContactsError) {
    guard isWellFormed(name) else {
      throw ContactsError(
        .invalidName,
        "a name has 1 to 64 letters, digits, dots, underscores, hyphens, plus and at signs")
    }
    guard name != "me" else {
      throw ContactsError(.invalidName, "the name me stands for your own identity")
    }
  }

  /// Whether something can be called so.
  static func isAllowed(_ name: String) -> Bool { isWellFormed(name) && name != "me" }

  static func isWellFormed(_ name: String) -> Bool {
    let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"),
        UInt8(ascii: "@"):
        index > 0
      default: false
      }
    }
    return isPlain && (1...64).contains(name.utf8.count)
  }
}

internal import COpenSSL

/// The few lines that every call into OpenSSL needs.
enum OpenSSL {
  /// Runs `body` and turns any result but 1 into an error, with OpenSSL's queue emptied.
  ///
  /// The queue's own text is left out of the error: it can name the step that failed, which is
  /// what an oracle is made of.
  static func check(
    _ status: Int32, _ code: PrimitiveError.Code, _ reason: String
  ) throws(PrimitiveError) {
    guard status != 1 else { return }
    ERR_clear_error()
    throw PrimitiveError(code, reason)
  }

  /// Unwraps what a constructor returned.
  static func require<T>(
    _ value: T?, _ code: PrimitiveError.Code, _ reason: String
  ) throws(PrimitiveError) -> T {
    if let value = value { return value }
    ERR_clear_error()
    throw PrimitiveError(code, reason)
  }
}

extension Span<UInt8> {
  /// Lends the address of the bytes; an empty span lends the address of one zero byte, because
  /// OpenSSL reads a null pointer as 'finish' in some modes.
  @safe func withAddress<Result, E: Error>(
    _ body: (UnsafePointer<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    try unsafe withUnsafeBufferPointer { (buffer) throws(E) in
      if let address = buffer.baseAddress, buffer.count > 0 { return try unsafe body(address) }
      var zero: UInt8 = 0
      return try unsafe withUnsafePointer(to: &zero) { (address) throws(E) in
        try unsafe body(address)
      }
    }
  }
}

extension MutableSpan<UInt8> {
  /// Lends the address of the bytes for writing.
  @safe mutating func withMutableAddress<Result, E: Error>(
    _ body: (UnsafeMutablePointer<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    try unsafe withUnsafeMutableBufferPointer { (buffer) throws(E) in
      if let address = buffer.baseAddress, buffer.count > 0 { return try unsafe body(address) }
      var zero: UInt8 = 0
      return try unsafe withUnsafeMutablePointer(to: &zero) { (address) throws(E) in
        try unsafe body(address)
      }
    }
  }
}

extension [UInt8] {
  /// Appends what `body` writes into `capacity` bytes of room and says it wrote.
  @safe mutating func append<E: Error>(
    capacity: Int, _ body: (UnsafeMutablePointer<UInt8>) throws(E) -> Int
  ) throws(E) {
    // The standard library would write a zero into the one empty array that all threads share.
    guard capacity > 0 else { return }
    try append(addingCapacity: capacity) { (output) throws(E) in
      try output.append(capacity: capacity, body)
    }
  }
}

extension OutputSpan<UInt8> {
  /// Appends what `body` writes into `capacity` bytes of room and says it wrote.
  @safe mutating func append<E: Error>(
    capacity: Int, _ body: (UnsafeMutablePointer<UInt8>) throws(E) -> Int
  ) throws(E) {
    precondition(capacity <= freeCapacity, "the buffer is too small")
    try unsafe withUnsafeMutableBufferPointer { (buffer, initializedCount) throws(E) in
      guard let address = buffer.baseAddress else { return }
      initializedCount += try unsafe body(address + initializedCount)
    }
  }

  /// Appends a copy of `bytes`, for which there must be room.
  package mutating func append(copying bytes: Span<UInt8>) {
    append(capacity: bytes.count) { output in
      bytes.withAddress { unsafe output.update(from: $0, count: bytes.count) }
      return bytes.count
    }
  }
}

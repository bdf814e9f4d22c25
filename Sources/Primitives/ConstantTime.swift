internal import CSodium

/// Comparison whose time does not depend on where two byte strings differ.
package enum ConstantTime {
  /// Whether `a` and `b` hold the same bytes; different lengths are told apart at once.
  package static func areEqual(_ a: Span<UInt8>, _ b: Span<UInt8>) -> Bool {
    guard a.count == b.count else { return false }
    guard !a.isEmpty else { return true }
    return unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        guard let left = a.baseAddress, let right = b.baseAddress else { return false }
        return unsafe sodium_memcmp(left, right, a.count) == 0
      }
    }
  }
}

/// What all sealed values begin with, whatever else a file is.
package enum SealedMark {
  /// As it is written.
  package static let text = String(decoding: CompactSeal.prefix, as: UTF8.self)

  /// Whether anything in `bytes` is sealed, for files that cannot be read.
  package static func isIn(_ bytes: [UInt8]) -> Bool {
    bytes[...].firstRange(of: CompactSeal.prefix) != nil
  }
}

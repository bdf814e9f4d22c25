package import Primitives

/// Placeholder until merged.
package enum GeneratedPassphrase {
  /// M.
  package static func make() throws(PrimitiveError) -> SecretBytes {
    try RandomSource.system.secret(8)
  }
}

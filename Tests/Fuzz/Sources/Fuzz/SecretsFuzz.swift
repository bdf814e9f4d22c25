import JOSE
import Secrets

/// Reads a configuration file, and if it is one in clear, seals it and opens it again.
///
/// What comes back must be what went in, byte for byte: anything else is a finding.
func readSecrets(_ input: [UInt8], _ format: FileFormat, _ key: SymmetricJWK) {
  if format == .toml { _ = try? Rules(parsing: input) }
  guard let file = try? SecretFile(input, format: format) else { return }
  _ = (file.outline, file.clearPaths, try? file.recipients())
  if file.isSealed {
    _ = try? file.opened(with: [.symmetric(key)])
    return
  }
  guard let recipient = try? JWE.Recipient(key),
    let sealed = try? file.encrypted(for: [recipient])
  else { return }
  guard let again = try? SecretFile(sealed, format: format),
    let opened = try? again.opened(with: [.symmetric(key)])
  else { fatalError("what was sealed does not open") }
  precondition(
    opened.decrypted.withBytes { bytes in input.indices.allSatisfy { bytes[$0] == input[$0] } },
    "what was opened is not what was sealed")
  _ = try? opened.texts()
  if let path = file.paths.first { _ = try? opened.setting(path, to: Array("x y".utf8)) }
}

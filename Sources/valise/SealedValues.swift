internal import DurableFiles
internal import JOSE
internal import Secrets

/// A configuration file with sealed values, where an envelope is looked for.
struct SealedValues {
  let file: SecretFile
  /// Who can open it, as its block says.
  let recipients: [JWE.RecipientDescription]

  /// What a regular file is, whatever it is called; nil for anything else, and for what cannot be read.
  init?(_ input: InputFile) {
    guard let byteCount = input.byteCount, byteCount <= UInt64(SecretsAccess.limit) else {
      return nil
    }
    var bytes: [UInt8] = []
    guard (try? input.read(at: 0, upTo: Int(byteCount), appendingTo: &bytes)) != nil else {
      return nil
    }
    self.init(bytes)
  }

  /// What `bytes` are; nil for anything but a file with sealed values.
  init?(_ bytes: [UInt8]) {
    guard let format = FileFormat(ofSealed: bytes),
      let file = try? SecretFile(bytes, format: format), let recipients = try? file.recipients()
    else { return nil }
    self.file = file
    self.recipients = recipients
  }

  /// What it is, as other forms are called.
  var form: String { "\(file.format.rawValue) with sealed values" }

  /// Says what to do with a file that is no envelope, as `error` found.
  static func failure(_ error: JOSEError, _ input: InputFile) -> Failure {
    let other = Failure(error, naming: input.path)
    guard other.status == .badData, SealedValues(input) != nil else { return other }
    return Failure(
      .badData, "\(Text.shown(input.path)): its values are sealed, each for itself",
      hint: "valise secrets decrypt prints it in clear, valise secrets rekey -r NAME lets others "
        + "open it")
  }
}

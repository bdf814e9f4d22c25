internal import JOSE
internal import Secrets

extension Inspect {
  /// What a file of secrets says of itself.
  static func text(_ values: SealedValues, _ owners: [String: String], name: String) -> String {
    let isSigned = SecretsSigning.isSigned(values.file)
    let lines = [
      ["file", Text.shown(name)], ["form", values.form],
      [
        "values",
        "\(values.file.sealedPaths.count) sealed, \(values.file.clearPaths.count) in clear",
      ],
      ["signature", isSigned ? "there, checked by valise secrets check" : "none"],
      ["recipients", "\(values.recipients.count)"],
    ]
    return Text.table(lines) + "\n" + rows(values.recipients, owners)
  }

  /// The same as data.
  static func json(_ values: SealedValues, _ owners: [String: String]) -> JSONText {
    func texts(_ paths: [SecretPath]) -> JSONText { .array(paths.map { .string($0.description) }) }
    return .object([
      .init("form", .string(values.form)), .init("sealed", texts(values.file.sealedPaths)),
      .init("clear", texts(values.file.clearPaths)),
      .init("signed", .bool(SecretsSigning.isSigned(values.file))),
      .init("recipients", .array(values.recipients.map { recipient($0, owners) })),
    ])
  }
}

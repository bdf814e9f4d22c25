import Foundation

extension Comparison {
  /// Signing, and adding a reader beside copying the file.
  func changes(byteCount: Int, name: String) throws -> [Row] {
    header("signatures and readers (\(name))")
    try runner.shell("head -c \(byteCount) /dev/urandom > data")
    try runner.shell("\(valise) encrypt -r x25519 -o sealed.base data")
    try runner.shell("\(valise) encrypt --sign-as rsa -r x25519 -o sealed.signed data")
    let warmMiB = (byteCount >> 20) * 3
    let open = "\(valise) decrypt -i x25519.private -o opened.valise"
    var rows = try compare(
      "encrypt \(name) and sign",
      [
        Job(
          tool: "valise", command: "\(valise) encrypt --sign-as rsa -r x25519 -o sealed.one data",
          output: "sealed.one")
      ], times: times, warmMiB: warmMiB)
    rows += try compare(
      "decrypt \(name), signed",
      [Job(tool: "valise", command: "\(open) sealed.signed", output: "opened.valise")],
      times: times, warmMiB: warmMiB)
    rows += try compare(
      "add a reader to \(name)",
      [
        Job(
          tool: "valise", command: "\(valise) recipients add -q -r p256 sealed.two",
          output: "sealed.two", before: "cp sealed.base sealed.two"),
        // Both take the place of a file that is there, and give its pages back.
        Job(
          tool: "cp over a file", command: "cp sealed.base sealed.copy", output: "none",
          before: "cp sealed.base sealed.copy"),
        Job(tool: "cp", command: "cp sealed.base sealed.copy", output: "sealed.copy"),
      ], times: times, warmMiB: warmMiB)
    rows += try compare(
      "remove a reader from \(name)",
      [
        Job(
          tool: "valise", command: "\(valise) recipients remove -q -r p256 sealed.two",
          output: "sealed.two",
          before: "cp sealed.base sealed.two; \(valise) recipients add -q -r p256 sealed.two")
      ], times: times, warmMiB: warmMiB)
    try runner.shell("rm -f sealed.* opened.* data")
    return rows
  }

  /// Sealed values in configuration files.
  func secrets() throws -> [Row] {
    header("secrets")
    try runner.shell("seq 1000 | sed 's/.*/key&: value of &/' > data.yaml")
    try runner.shell("\(valise) secrets encrypt -r x25519 -o sealed.yaml data.yaml")
    try runner.shell(
      """
      mkdir -p project/.valise project/config
      printf '[[rule]]\\nfiles = ["config/*.yaml"]\\nrecipients = ["x25519"]\\n' >project/.valise/rules.toml
      printf 'a: 1\\nb: two\\n' >two.yaml
      \(valise) secrets encrypt -r x25519 -o sealed.two.yaml two.yaml
      for i in $(seq 1000); do cp sealed.two.yaml project/config/$i.yaml; done
      """)
    var rows = try compare(
      "encrypt a file of 1,000 values",
      [
        Job(
          tool: "valise", command: "\(valise) secrets encrypt -r x25519 -o one.yaml data.yaml",
          output: "one.yaml")
      ], times: times)
    rows += try compare(
      "decrypt a file of 1,000 values",
      [
        Job(
          tool: "valise", command: "\(valise) secrets decrypt -o one.yaml sealed.yaml",
          output: "one.yaml")
      ], times: times)
    rows += try compare(
      "check a tree of 1,000 files",
      [Job(tool: "valise", command: "env -C project \(valise) secrets check", output: "none")],
      times: times)
    try runner.shell("rm -rf project *.yaml")
    return rows
  }
}

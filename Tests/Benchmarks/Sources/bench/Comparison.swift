import Foundation

/// The jobs, and who does them.
struct Comparison {
  let runner: Runner
  let valise: String
  let times: Int

  /// Makes everybody's keys.
  init(runner: Runner, valise: String, times: Int) throws {
    self.runner = runner
    self.valise = valise
    self.times = times
    setenv("VALISE_HOME", runner.directory.appending(path: "keyring").path, 1)
    setenv("GNUPGHOME", runner.directory.appending(path: "gnupg").path, 1)
    for (name, type) in [("x25519", "X25519"), ("p256", "P-256"), ("rsa", "RSA-3072")] {
      try runner.shell("\(valise) key generate --name \(name) --type \(type) --no-passphrase")
      try runner.shell("\(valise) key export \(name) -o \(name).jwks")
      try runner.shell("\(valise) key export \(name) --private --no-passphrase -o \(name).private")
    }
    if has("age") {
      try runner.shell("age-keygen -o age.key; age-keygen -y age.key > age.pub")
    }
    if has("gpg") {
      try runner.shell("mkdir -m 700 -p gnupg")
      try runner.shell(
        "gpg --batch --quiet --passphrase '' --quick-generate-key bench future-default default never"
      )
    }
    if has("jose") {
      try runner.shell(#"jose jwk gen -i '{"kty":"EC","crv":"P-256"}' -o jose.jwk"#)
    }
    try runner.shell("head -c 32 /dev/urandom | base64 > openssl.key")
  }

  func has(_ tool: String) -> Bool { (try? runner.shell("command -v \(tool)")) != nil }

  /// What it ran on, for whoever reads the table.
  var machine: String {
    let model = try? runner.shell("grep -m1 'model name' /proc/cpuinfo | cut -d: -f2")
    let count = try? runner.shell("nproc")
    let versions = [
      "\(valise) --version | sed 's/^/valise /'", "age --version | sed 's/^/age /'",
      "gpg --version | head -1", "openssl version | cut -d' ' -f1-2",
    ].compactMap { try? runner.shell($0) }.joined(separator: ", ")
    return
      "\((model ?? "").trimmingCharacters(in: .whitespaces)), \(count ?? "?") cores; \(versions);"
      + " medians of \(times) runs in turns, files in \(runner.directory.deletingLastPathComponent().path)"
  }

  func startUp() throws -> [Row] {
    header("start-up")
    return try compare(
      "version",
      [
        Job(tool: "valise", command: "\(valise) --version", output: "none"),
        Job(tool: "age", command: "age --version", output: "none"),
      ].filter { $0.tool == "valise" || has($0.tool) }, times: times * 4)
  }

  func sizes(upTo maximumMiB: Int, slow: Bool) throws -> [Row] {
    var rows: [Row] = []
    for (name, byteCount) in [
      ("1 KiB", 1 << 10), ("1 MiB", 1 << 20), ("64 MiB", 1 << 26), ("1 GiB", 1 << 30),
    ] where byteCount >> 20 <= maximumMiB {
      header(name)
      try runner.shell("head -c \(byteCount) /dev/urandom > data")
      let warmMiB = (byteCount >> 20) * 3 / 2
      let tools = ["valise", "age", "gpg", "openssl"].filter { $0 == "valise" || has($0) }
      rows += try compare("encrypt \(name)", tools.map(encrypting), times: times, warmMiB: warmMiB)
      rows += try compare("decrypt \(name)", tools.map(decrypting), times: times, warmMiB: warmMiB)
      rows += try compare(
        "decrypt \(name) to a pipe",
        [
          Job(
            tool: "valise",
            command: "\(valise) decrypt -i x25519.private sealed.valise | cat >/dev/null",
            output: "none"),
          Job(
            tool: "age", command: "age -d -i age.key sealed.age | cat >/dev/null", output: "none"),
        ].filter { $0.tool == "valise" || has($0.tool) }, times: times)
      if has("jose"), slow || byteCount <= 1 << 20 { rows += try jose(name) }
      try runner.shell("rm -f sealed.* opened.* data")
    }
    return rows
  }

  /// On its own, for one run of it takes as long as a hundred of the others.
  private func jose(_ name: String) throws -> [Row] {
    let runs = times > 1 && name.hasPrefix("1 ") && !name.hasSuffix("GiB") ? times : 1
    return try compare(
      "encrypt \(name), beside jose", [encrypting("valise"), encrypting("jose")],
      times: runs)
      + compare(
        "decrypt \(name), beside jose", [decrypting("valise"), decrypting("jose")],
        times: runs)
  }

  func recipients() throws -> [Row] {
    header("recipients (1 KiB)")
    try runner.shell("head -c 1024 /dev/urandom > data")
    var rows: [Row] = []
    for key in ["x25519", "p256", "rsa"] {
      for count in [1, 100, 1_000, 10_000] {
        try makeRecipients(key, count)
        var jobs = [
          Job(
            tool: "valise",
            command: "\(valise) encrypt -R \(key).\(count) -o sealed.many data",
            output: "sealed.many")
        ]
        if key == "x25519", has("age") {
          try runner.shell("for i in $(seq \(count)); do cat age.pub; done > age.\(count)")
          jobs.append(
            Job(
              tool: "age", command: "age -R age.\(count) -o sealed.age data", output: "sealed.age"))
        }
        rows += try compare("wrap for \(count) \(key)", jobs, times: times)
        rows += try compare(
          "open for \(count) \(key)",
          [
            Job(
              tool: "valise",
              command: "\(valise) decrypt -i \(key).private -o opened.many sealed.many",
              output: "opened.many")
          ], times: times)
      }
    }
    return rows
  }

  /// A file of `count` different public keys, the last of which is ours.
  private func makeRecipients(_ key: String, _ count: Int) throws {
    try runner.shell(
      "python3 - \(key) \(count) <<'EOF'\n\(Self.keyMaker)\nEOF")
  }

  private static let keyMaker = """
    import base64, json, subprocess, sys
    kind, count = sys.argv[1], int(sys.argv[2])
    own = json.load(open(kind + '.jwks'))['keys'][0]
    b64 = lambda b: base64.urlsafe_b64encode(b).rstrip(b'=').decode()
    from cryptography.hazmat.primitives.asymmetric import ec, x25519, rsa
    from cryptography.hazmat.primitives import serialization as s
    def make():
        if kind == 'x25519':
            k = x25519.X25519PrivateKey.generate().public_key()
            return {'kty': 'OKP', 'crv': 'X25519', 'x': b64(k.public_bytes(s.Encoding.Raw, s.PublicFormat.Raw))}
        if kind == 'p256':
            n = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
            return {'kty': 'EC', 'crv': 'P-256', 'x': b64(n.x.to_bytes(32, 'big')), 'y': b64(n.y.to_bytes(32, 'big'))}
        n = rsa.generate_private_key(65537, 3072).public_key().public_numbers().n
        return {'kty': 'RSA', 'n': b64(n.to_bytes(384, 'big')), 'e': 'AQAB'}
    if kind == 'rsa':
        # A modulus takes a second to find; other exponents make other keys of the same.
        base = [make() for _ in range(4)]
        keys = [dict(base[i % 4], e=b64((65537 + 2 * (i // 4)).to_bytes(3, 'big'))) for i in range(count - 1)]
    else:
        keys = [make() for _ in range(count - 1)]
    with open('%s.%d' % (kind, count), 'w') as f:
        for k in keys + [own]:
            f.write(json.dumps(k) + '\\n')
    """

  // MARK: Jobs

  private func encrypting(_ tool: String) -> Job {
    let commands = [
      "valise": "\(valise) encrypt -r x25519.jwks -o sealed.valise data",
      "age": "age -R age.pub -o sealed.age data",
      "gpg":
        "gpg --batch --quiet --trust-model always --compress-algo none -r bench -o sealed.gpg -e data",
      "jose": "jose jwe enc -I data -k jose.jwk -o sealed.jose",
      "openssl":
        "openssl enc -aes-256-ctr -pbkdf2 -pass file:openssl.key -in data -out sealed.openssl",
    ]
    return Job(tool: tool, command: commands[tool] ?? "false", output: "sealed.\(tool)")
  }

  private func decrypting(_ tool: String) -> Job {
    let commands = [
      "valise": "\(valise) decrypt -i x25519.private -o opened.valise sealed.valise",
      "age": "age -d -i age.key -o opened.age sealed.age",
      "gpg": "gpg --batch --quiet -o opened.gpg -d sealed.gpg",
      "jose": "jose jwe dec -i sealed.jose -k jose.jwk -O opened.jose",
      "openssl":
        "openssl enc -d -aes-256-ctr -pbkdf2 -pass file:openssl.key -in sealed.openssl -out opened.openssl",
    ]
    return Job(tool: tool, command: commands[tool] ?? "false", output: "opened.\(tool)")
  }

  // MARK: Table

  func compare(
    _ name: String, _ jobs: [Job], times: Int, warmMiB: Int = 0
  ) throws -> [Row] {
    let jobs = jobs.map { job in
      var job = job
      job.warmMiB = warmMiB
      return job
    }
    let runs = try runner.alternate(jobs, times: times)
    return zip(jobs, runs).map { job, own in
      let row = Row(name, job.tool, own, valise: job.tool == "valise" ? nil : runs[0])
      let ratio = row.ratio.map { String(format: "%.2f", $0) } ?? ""
      print(
        "| \(name) | \(job.tool) | \(Self.time(row.medianSeconds)) | "
          + String(format: "%.1f MiB", row.peakMiB) + " | \(ratio) |")
      return row
    }
  }

  func header(_ title: String) {
    print(
      "\n### \(title)\n\n| job | tool | median | peak memory | valise ÷ tool |\n|---|---|---|---|---|"
    )
  }

  private static func time(_ seconds: Double) -> String {
    seconds < 1 ? String(format: "%.1f ms", seconds * 1000) : String(format: "%.2f s", seconds)
  }
}

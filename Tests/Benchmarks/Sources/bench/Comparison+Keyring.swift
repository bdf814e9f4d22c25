import Foundation

extension Comparison {
  /// What a name and a key cost to find among many contacts, the whole process counted.
  func keyring(contactCount: Int = 100_000) throws -> [Row] {
    header("keyring (\(contactCount) contacts)")
    setenv("VALISE_HOME", runner.directory.appending(path: "many").path, 1)
    defer { setenv("VALISE_HOME", runner.directory.appending(path: "keyring").path, 1) }
    try runner.shell("python3 - \(contactCount) <<'EOF'\n\(Self.contactMaker)\nEOF")
    try runner.shell("\(valise) key generate -q --name own --no-passphrase")
    try runner.shell("echo hello > data")
    let name = "p\(contactCount / 7)"
    try runner.shell("\(valise) encrypt -r \(name) -o sealed.found data")

    let inspect = "\(valise) inspect sealed.found"
    let resolving = Job(
      tool: "valise", command: "\(valise) encrypt -r \(name) -o sealed.one data",
      output: "sealed.one")
    let first = Job(tool: "valise", command: inspect, output: "many/cache/contacts")
    let later = Job(tool: "valise", command: inspect, output: "none")
    var rows = try compare("encrypt to a name", [resolving], times: times)
    rows += try compare("whose a key is, the first time", [first], times: times)
    rows += try compare("whose a key is", [later], times: times)
    try runner.shell("\(valise) contact add -q late x25519.jwks")
    rows += try compare("whose a key is, after one more contact", [later], times: times)
    try runner.shell("rm -rf many sealed.* data")
    return rows
  }

  private static let contactMaker = """
    import base64, os, sys
    from cryptography.hazmat.primitives.asymmetric import ed25519
    b64 = lambda b: base64.urlsafe_b64encode(b).rstrip(b'=').decode()
    os.makedirs('many/contacts')
    for i in range(int(sys.argv[1])):
        signing = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        keys = ','.join('{"kty":"OKP","crv":"%s","x":"%s","use":"%s"}' % k for k in (
            ('X25519', b64(os.urandom(32)), 'enc'), ('Ed25519', b64(signing), 'sig')))
        with open('many/contacts/p%d.json' % i, 'w') as f:
            f.write('{"name":"p%d","card":{"keys":[%s]}}' % (i, keys))
    """
}

import Foundation

extension Comparison {
  /// A post beside nncp's spool: what two people send each other, from the command to the other's
  /// disk.
  func post(attachmentMiB: Int) throws -> [Row] {
    let hasPeer = ["nncp-file", "nncp-xfer", "nncp-toss"].allSatisfy(has)
    header("post: messages and attachments, whole processes")
    try runner.shell(Self.people.replacing("valise ", with: "\(valise) "))
    if hasPeer { try runner.shell("python3 - <<'EOF'\n\(Self.nodeMaker)\nEOF") }
    let tools = hasPeer ? ["valise", "nncp"] : ["valise"]
    for (name, script) in Self.scripts {
      let text = script.replacing("valise ", with: "\(valise) ")
      try text.write(
        to: runner.directory.appending(path: name), atomically: true, encoding: .utf8)
    }
    func jobs(_ step: String, before: String) -> [Job] {
      tools.map {
        Job(
          tool: $0, command: "sh -e \(step).\($0)", output: "none",
          before: before.replacing("TOOL", with: $0))
      }
    }
    let messages = "1,000 messages of 1 KiB"
    var rows = try compare(
      "send \(messages)", jobs("send", before: "sh -e receive.TOOL"), times: times)
    rows += try compare(
      "receive \(messages)", jobs("receive", before: "sh -e receive.TOOL; sh -e send.TOOL"),
      times: times)
    try runner.shell("head -c \(attachmentMiB << 20) /dev/urandom > data")
    rows += try compare(
      "send \(attachmentMiB) MiB", jobs("attach", before: "sh -e settle.TOOL"), times: times,
      warmMiB: attachmentMiB * 3)
    rows += try compare(
      "receive \(attachmentMiB) MiB",
      jobs("detach", before: "sh -e settle.TOOL; sh -e attach.TOOL"), times: times,
      warmMiB: attachmentMiB * 3)
    try runner.shell("rm -rf alice bob folder saved data batch message.* *.valise *.nncp nncp")
    return rows
  }

  /// Both know each other, and share a directory.
  private static let people = """
    for person in alice bob; do
      VALISE_HOME=$PWD/$person valise key generate -q --name $person --no-passphrase
      VALISE_HOME=$PWD/$person valise key export > $person.jwks
    done
    VALISE_HOME=$PWD/alice valise contact add -q bob bob.jwks
    VALISE_HOME=$PWD/bob valise contact add -q alice alice.jwks
    VALISE_HOME=$PWD/alice valise post init -q folder
    VALISE_HOME=$PWD/bob valise post join -q folder
    head -c 768000 /dev/urandom | base64 -w 1024 | split -l 1 -a 3 -d - message.
    sed 's/.*/{"to":["bob"],"body":"&"}/' message.* > batch
    mkdir saved
    """

  /// Two nodes with a directory between, as nncp-xfer carries it on a stick.
  private static let nodeMaker = """
    import os, re, subprocess
    os.makedirs('nncp/drop')
    here = os.getcwd()
    text, keys = {}, {}
    for name in ('alice', 'bob'):
        text[name] = subprocess.run(['nncp-cfgnew', '-nocomments'], capture_output=True, text=True, check=True).stdout
        own = text[name].split('neigh:')[0]
        keys[name] = {key: re.search(key + ': (\\\\S+)', own).group(1) for key in ('id', 'exchpub', 'signpub', 'noisepub')}
    for name, other in (('alice', 'bob'), ('bob', 'alice')):
        spool = f'{here}/nncp/{name}'
        os.makedirs(f'{spool}/incoming')
        members = ''.join(f'{key}: {value}\\n' for key, value in keys[other].items())
        config = text[name].replace('/var/spool/nncp', spool).replace(
            'neigh: {', 'neigh: {\\n' + f'{other}: {{\\n{members}incoming: "{spool}/incoming"\\n}}', 1)
        open(f'nncp/{name}.hjson', 'w').write(config)
    """

  /// What each tool does, from the sender's command to what the receiver has.
  ///
  /// With `-seen` nncp refuses what came before, as a post does.
  private static let scripts = [
    "send.valise": """
    export VALISE_HOME=$PWD/alice
    valise send -q --batch batch
    valise sync -q
    """,
    "receive.valise": """
    export VALISE_HOME=$PWD/bob
    valise sync -q
    """,
    "attach.valise": """
    export VALISE_HOME=$PWD/alice
    valise send -q -t bob -a data there
    valise sync -q
    """,
    "detach.valise": """
    export VALISE_HOME=$PWD/bob
    valise sync -q
    id=$(valise inbox | sed -n '1s/ .*//p')
    valise save -q -o saved $id
    """,
    "settle.valise": """
    rm -f saved/*
    VALISE_HOME=$PWD/bob valise sync -q
    for id in $(VALISE_HOME=$PWD/bob valise inbox --all | grep attached | sed 's/ .*//'); do
      VALISE_HOME=$PWD/bob valise delete -q $id
    done
    VALISE_HOME=$PWD/alice valise sync -q
    """,
    "send.nncp": """
    for message in message.*; do nncp-file -quiet -cfg nncp/alice.hjson $message bob:; done
    nncp-xfer -quiet -mkdir -tx -cfg nncp/alice.hjson nncp/drop
    """,
    "receive.nncp": """
    nncp-xfer -quiet -rx -cfg nncp/bob.hjson nncp/drop
    nncp-toss -quiet -seen -cfg nncp/bob.hjson
    """,
    "attach.nncp": """
    nncp-file -quiet -cfg nncp/alice.hjson data bob:
    nncp-xfer -quiet -mkdir -tx -cfg nncp/alice.hjson nncp/drop
    """,
    "detach.nncp": "sh -e receive.nncp\n",
    "settle.nncp": """
    sh -e receive.nncp
    rm -f nncp/bob/incoming/*
    """,
  ]
}

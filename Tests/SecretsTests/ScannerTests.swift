import Testing

@testable import Secrets

@Suite("values are found exactly as they are written")
struct ScannerTests {
  @Test("YAML: styles, anchors, tags, block scalars, several documents, non-ASCII before a value")
  func yaml() throws {
    let file = try SecretFile(
      """
      # comment ü
      plain: hello world # trailing
      "qüoted": "a \\"b\\" ü"
      single: 'it''s'
      anchored: &pw secret
      alias: *pw
      tagged: !!int 123
      both: &n !!str 5
      empty:
      literal: |
        line 1

        line 2 ü

      keep: >+
        folded

      flow: {a: 1, "b":[x, "y z"], c: !Ref q}
      list:
        - one
        - k: v
        -   - deep
      multi: one
        two
      last: ü~é
      ---
      second: yes
      """, .yaml)
    #expect(
      file.sources == [
        "plain": "hello world", "qüoted": "\"a \\\"b\\\" ü\"", "single": "'it''s'",
        "anchored": "secret", "tagged": "!!int 123", "both": "!!str 5",
        "literal": "|\n  line 1\n\n  line 2 ü", "keep": ">+\n  folded\n", "flow/a": "1",
        "flow/b[0]": "x", "flow/b[1]": "\"y z\"", "flow/c": "!Ref q", "list[0]": "one",
        "list[1]/k": "v", "list[2][0]": "deep", "multi": "one\n  two", "last": "ü~é",
        "#1/second": "yes",
      ])
  }

  @Test("JSON: all kinds of values, nested, with escapes and a byte order mark")
  func json() throws {
    let file = try SecretFile(
      "\u{FEFF}{\"a\": \"x\\n\", \"b\": [1, true, null, {\"c/d\": -1.5e3}], \"e\": {}}", .json)
    #expect(
      file.sources == [
        "a": "\"x\\n\"", "b[0]": "1", "b[1]": "true", "b[2]": "null", "b[3]/c\\/d": "-1.5e3",
      ])
  }

  @Test("TOML: dotted keys, arrays of tables, inline tables, multi-line strings, dates")
  func toml() throws {
    let file = try SecretFile(
      """
      title = "x" # c
      a.b."c.d" = 'lit'
      when = 1979-05-27 07:32:00Z
      day = 1979-05-27
      text = \"\"\"
      one\\
        two"\"\"\"\"
      raw = '''a
      b'''
      nums = [ 1_000, 0xff, # c
        [inf, -0.5e-3], ]
      [t]
      in = { x = 1, y.z = [true] }
      [[p]]
      n = "a"
      [[p]]
      n = "b"
      [p.q]
      r = 07:32:00
      """, .toml)
    #expect(
      file.sources == [
        "title": "\"x\"", "a/b/c.d": "'lit'", "when": "1979-05-27 07:32:00Z", "day": "1979-05-27",
        "text": "\"\"\"\none\\\n  two\"\"\"\"\"", "raw": "'''a\nb'''", "nums[0]": "1_000",
        "nums[1]": "0xff", "nums[2][0]": "inf", "nums[2][1]": "-0.5e-3", "t/in/x": "1",
        "t/in/y/z[0]": "true", "p[0]/n": "\"a\"", "p[1]/n": "\"b\"", "p[1]/q/r": "07:32:00",
      ])
  }

  @Test("dotenv: export, quotes, several lines, comments")
  func dotenv() throws {
    let file = try SecretFile(
      """
      # comment
      A=1
      export B = "two words" # c
      C='multi
      line'
      D=a#b # c
      E=
      F="x\\"y"
      G=it's
      H=http://u:p@h/?q=1
      EXPORTED_ONLY
      """, .dotenv)
    #expect(
      file.sources == [
        "A": "1", "B": "\"two words\"", "C": "'multi\nline'", "D": "a#b", "F": "\"x\\\"y\"",
        "G": "it's", "H": "http://u:p@h/?q=1",
      ])
  }

  @Test("INI: sections, both comments and delimiters, repeated keys, continuation lines")
  func ini() throws {
    let file = try SecretFile(
      """
      ; c
      top = 1
      [remote "o"]
      \turl = a ; not a comment
      \tpath: "q v" ; comment
      [Service]
      Environment=A=1
      Environment=B=2
      ExecStart=/bin/x \\
      --flag
      skip-networking
      empty =
      [options]
      requires =
          a>=1
          # c
          b==2
      """, .ini)
    #expect(
      file.sources == [
        "top": "1", "remote \"o\"/url": "a ; not a comment", "remote \"o\"/path": "\"q v\"",
        "Service/Environment": "A=1", "Service/Environment[1]": "B=2",
        "Service/ExecStart": "/bin/x \\\n--flag", "options/requires": "a>=1\n    # c\n    b==2",
      ])
  }
}

import Testing

@Suite("The command line, as the scripts in Tests/Scripts show it")
struct ScriptTests {
  @Test("every line of the script holds", arguments: Script.all)
  func holds(_ name: String) throws {
    try ScriptRunner(Script(named: name)).run()
  }

  @Test("there are scripts") func someAreFound() { #expect(Script.all.count > 10) }
}

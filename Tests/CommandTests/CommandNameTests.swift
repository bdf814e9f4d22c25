import ArgumentParser
import Testing

@testable import valise

@Suite("Names of commands") struct CommandNameTests {
  /// The parser would make a name of the type's by describing it, for which the runtime goes through all
  /// conformances of the program once for each command: half of the time that a start takes.
  @Test("every command says its name itself")
  func names() {
    let commands = all(below: Valise.self)
    #expect(commands.count > 60)
    for command in commands {
      #expect(command.configuration.commandName != nil, "\(command)")
    }
  }

  private func all(below command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
    [command] + command.configuration.subcommands.flatMap(all)
  }
}

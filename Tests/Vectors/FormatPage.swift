import Foundation

/// docs/reference/format.md, whose examples are tests.
package struct FormatPage {
  /// All of it.
  package let text: String

  /// Reads it.
  package init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    text = try String(
      contentsOf: root.appending(path: "docs/reference/format.md"), encoding: .utf8)
  }

  /// What stands folded below `name:` in the section called `title`; nil when nothing does.
  package func value(_ name: String, in title: String) -> String? {
    guard let start = text.range(of: "\n### \(title)\n")?.upperBound else { return nil }
    let section = text[start...].components(separatedBy: "\n#")[0]
    guard let label = section.range(of: "\n    \(name):\n") else { return nil }
    return section[label.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
      .prefix { $0.hasPrefix("      ") }.map { String($0.dropFirst(6)) }.joined()
  }

  /// `values` as the page has them, each folded to lines of its own.
  package static func description(_ values: [(name: String, text: String)]) -> String {
    values.map { "    \($0.name):\n\(folded($0.text))\n" }.joined(separator: "\n")
  }

  private static func folded(_ text: String) -> String {
    let characters = Array(text)
    return stride(from: 0, to: characters.count, by: 104).map { start in
      "      " + String(characters[start..<min(start + 104, characters.count)])
    }.joined(separator: "\n")
  }
}

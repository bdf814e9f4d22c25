import Foundation
import Testing

/// Links between the pages.
@Suite("Links in the documentation") struct DocumentationLinkTests {
  private static let root = Program.tests.deletingLastPathComponent().standardizedFileURL

  /// The files of this project that the page at `path` links to.
  private func targets(of path: String) throws -> [String] {
    let page = Self.root.appendingPathComponent(path)
    let text = try String(contentsOf: page, encoding: .utf8)
    return text.matches(of: /\]\((?<target>[^)#\s]+)(#[^)]*)?\)/).map { String($0.target) }
      .filter { !$0.contains("://") }
      .map { page.deletingLastPathComponent().appendingPathComponent($0).standardizedFileURL.path }
      .map { String($0.dropFirst(Self.root.path.count + 1)) }
  }

  @Test("every link leads to a file, and every page is found by following them from the README")
  func links() throws {
    var found: Set<String> = ["README.md"]
    var waiting = ["README.md"]
    while let path = waiting.popLast() {
      for target in try targets(of: path) {
        let file = Self.root.appendingPathComponent(target).path
        #expect(FileManager.default.fileExists(atPath: file), "\(path): \(target)")
        guard found.insert(target).inserted, target.hasSuffix(".md") else { continue }
        waiting.append(target)
      }
    }
    let pages = try FileManager.default.subpathsOfDirectory(atPath: Self.root.path + "/docs")
      .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
    #expect(pages.count > 10)
    #expect(Set(pages).subtracting(found) == [])
  }
}

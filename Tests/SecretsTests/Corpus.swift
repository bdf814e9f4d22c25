import Testing

@testable import Secrets

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file of the corpus.
struct CorpusFile: CustomTestStringConvertible, Sendable {
  let name: String
  let format: FileFormat
  let bytes: [UInt8]

  var testDescription: String { name }

  /// The files of the corpus, kept many to a file: `-- name --` begins each.
  static let all: [CorpusFile] = archives.flatMap { archive, format in
    var files: [(name: String, lines: [Substring])] = []
    for line in contents(archive).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("-- "), line.hasSuffix(" --") {
        files.append((String(line.dropFirst(3).dropLast(3)), []))
      } else if !files.isEmpty {
        files[files.count - 1].lines.append(line)
      }
    }
    if files.last?.lines.last == "" { files[files.count - 1].lines.removeLast() }
    return files.map { file in
      let text = file.lines.map { $0 + "\n" }.joined()
      return CorpusFile(name: file.name, format: format, bytes: Array(text.utf8))
    }
  }

  /// All files in the ways that editors and systems save them.
  static let variants: [CorpusFile] = all.flatMap { file in
    let crlf = file.bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return [
      file, file.named("without a final line break", Array(file.bytes.dropLast())),
      file.named("with CRLF", crlf),
      file.named("with CRLF without a final one", Array(crlf.dropLast(2))),
      file.named("with a byte order mark", mark + file.bytes),
    ]
  }

  private func named(_ suffix: String, _ bytes: [UInt8]) -> CorpusFile {
    CorpusFile(name: "\(name) \(suffix)", format: format, bytes: bytes)
  }

  private static let archives: [(String, FileFormat)] = [
    ("yaml-1", .yaml), ("yaml-2", .yaml), ("json-1", .json), ("toml-1", .toml),
    ("dotenv-1", .dotenv), ("ini-1", .ini),
  ]

  private static func contents(_ archive: String) -> String {
    let path = "\(#filePath.dropLast("Corpus.swift".count))Corpus/\(archive).txt"
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

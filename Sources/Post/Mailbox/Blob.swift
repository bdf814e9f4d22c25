internal import GRDB

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

// SQLite's blobs are Foundation's `Data` in GRDB; here and nowhere else.

extension Row {
  /// The bytes of a column that is never null.
  func bytes(_ column: String) -> [UInt8] { [UInt8](self[column] as Data) }

  /// The post that a row is about.
  ///
  /// - Throws: ``PostError`` `damaged`.
  func postIdentifier() throws(PostError) -> PostIdentifier {
    guard let identifier = PostIdentifier(bytes("post")) else {
      throw PostError(.damaged, "mailbox: a message has no post")
    }
    return identifier
  }
}

extension Array<UInt8> {
  /// The bytes as a database takes them.
  var blob: Data { Data(self) }
}

extension PostIdentifier {
  var data: Data { bytes.blob }
}

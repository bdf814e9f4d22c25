// Where things lie in a post.

extension TransportPath {
  static let descriptor = TransportPath(trusted: "post.json")

  /// The folder of the days.
  static let messages = TransportPath(trusted: "messages")

  /// The folder of the messages of a day.
  static func messages(_ day: Day) -> TransportPath { TransportPath(trusted: "messages", day.text) }

  static func message(_ marker: Marker) -> TransportPath {
    TransportPath(trusted: "messages", marker.day.text, "\(marker.hash.text).jwe")
  }

  /// The folder of what waits for the owner of `tag`.
  static func box(_ tag: Tag) -> TransportPath { TransportPath(trusted: "boxes", tag.text) }

  static func marker(_ marker: Marker, in tag: Tag) -> TransportPath {
    TransportPath(trusted: "boxes", tag.text, marker.name)
  }

  static func part(_ hash: ContentHash) -> TransportPath {
    TransportPath(trusted: "parts", String(hash.text.prefix(2)), "\(hash.text).jwe")
  }

  /// The one of the folders of parts that `hash` belongs in; so none has too many.
  static func parts(like hash: ContentHash) -> TransportPath {
    TransportPath(trusted: "parts", String(hash.text.prefix(2)))
  }
}

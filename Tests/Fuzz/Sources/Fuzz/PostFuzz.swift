@testable import JOSE
@testable import Post

// What a signature that holds is over, and what carriers make of names. What is read can be written, and
// read again as the same.

func readMessage(_ claims: [UInt8]) {
  guard let claims = try? JWT.Claims(parsing: claims),
    let message = try? Message(claims, limits: PostLimits())
  else { return }
  guard let written = try? message.claims(),
    let again = try? Message(JWT.Claims(parsing: written.text.compact), limits: PostLimits())
  else { fatalError("a message that was read cannot be written and read again") }
  precondition(
    again.identifier == message.identifier && again.body.utf8.elementsEqual(message.body.utf8)
      && again.attachments.map { $0.json.compact } == message.attachments.map { $0.json.compact })
  _ = try? message.name()
}

func readAcknowledgement(_ claims: [UInt8]) {
  guard let claims = try? JWT.Claims(parsing: claims),
    let acknowledgement = try? Acknowledgement(claims, limits: PostLimits())
  else { return }
  guard let written = try? acknowledgement.claims(),
    let again = try? Acknowledgement(
      JWT.Claims(parsing: written.text.compact), limits: PostLimits())
  else { fatalError("an acknowledgement that was read cannot be written and read again") }
  precondition(again.entries == acknowledgement.entries)
}

func readDescriptor(_ input: [UInt8]) {
  guard let root = try? JSONDocument(parsing: input).root,
    let descriptor = try? PostDescriptor(root)
  else { return }
  let again = try? PostDescriptor(JSONDocument(parsing: descriptor.json.compact).root)
  precondition(again == descriptor)
}

func readName(_ input: [UInt8]) {
  let name = String(decoding: input, as: UTF8.self)
  if let marker = Marker(parsing: name) {
    precondition(name.utf8.starts(with: marker.name.utf8))
    precondition(Marker(parsing: marker.name) == marker)
  }
  if let tag = Tag(parsing: name) { precondition(tag.text.utf8.elementsEqual(name.utf8)) }
  if let path = TransportPath([name]) {
    precondition(!name.contains("/") && name != ".." && path.names.count == 1)
  }
}

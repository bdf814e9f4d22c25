import JOSE
import Post

/// Two people, each with a mailbox on disk, and a post between them.
struct Party: Correspondents {
  static let now = 1_795_219_200

  let folder: String
  let post: PostDescriptor
  let alice: Person
  let bob: Person

  struct Person {
    let signing: PrivateJWK
    let encryption: PrivateJWK
    let mailbox: Mailbox
    let name: String
    let keys: OwnKeys

    init(in folder: String) throws {
      signing = try PrivateJWK.generate(.ed25519, use: .signature)
      encryption = try PrivateJWK.generate(.x25519)
      mailbox = try Mailbox(path: folder)
      name = try signing.publicKey.thumbprintURI()
      keys = try OwnKeys(signer: JWS.Signer(signing), encryptionKeys: [encryption])
    }

    var correspondent: Correspondent {
      Correspondent(
        encryptionKeys: [encryption.publicKey], signingKeys: [signing.publicKey])
    }
  }

  init(in folder: String) throws {
    self.folder = folder
    post = try PostDescriptor.initialize(on: DirectoryTransport(path: "\(folder)/post"))
    alice = try Person(in: "\(folder)/alice")
    bob = try Person(in: "\(folder)/bob")
    for person in [alice, bob] { try person.mailbox.join(post, at: "\(folder)/post") }
  }

  func correspondent(signingAs issuer: String) throws -> Correspondent? {
    [alice, bob].first { $0.name == issuer }?.correspondent
  }

  @discardableResult
  func sync(_ person: Person) throws -> SyncReport {
    let transport = try DirectoryTransport(path: "\(folder)/post", for: person.mailbox)
    var courier = Courier(person.mailbox, post, over: transport, keys: person.keys, knowing: self)
    courier.vouchesForClock = true
    return try courier.sync(now: Self.now)
  }

  func send(_ count: Int, byteCount: Int) throws {
    let body = String(repeating: "m", count: byteCount)
    let drafts = (0..<count).map { _ in Draft(body: body, to: Addressees([bob.correspondent])) }
    try alice.mailbox.send(drafts, from: alice.keys, in: post, now: Self.now)
  }
}

import Foundation
import JOSE
import Testing

/// Sends messages to and fro between Valise and one peer.
struct InteropExchange {
  private let driver: InteropDriver
  private(set) var tally: InteropTally
  private var shuffle = InteropShuffle()

  init(_ peer: InteropPeer) throws {
    driver = try InteropDriver(peer)
    tally = InteropTally(peer)
  }

  /// The ways to a key that the peer knows.
  private var knownWays: [InteropWay] { InteropWay.all.filter { !tally.lacks($0.row) } }

  mutating func messages() throws {
    for message in InteropMessage.matrix(mixed: knownWays) {
      if message.isWrittenByValise { try peerOpens(message) }
      try peerSeals(message)
    }
  }

  private mutating func peerOpens(_ message: InteropMessage) throws {
    let sealed = try shuffle.shuffled(seal(message))
    for recipient in message.recipients {
      let answer = try open(sealed, message, recipient)
      let refusal = Self.refusal(answer, message.plaintext)
      tally.record(
        message.rows(recipient.way), .opens, refusal: refusal, message.summary)
    }
  }

  private func seal(
    _ message: InteropMessage, by signer: JWS.Signer? = nil
  ) throws -> String {
    var options = JWE.EncryptionOptions()
    options.contentEncryption = message.encryption
    options.serialization = message.form == .compact ? .compact : .json
    options.additionalData = message.additionalData
    options.signer = signer
    let recipients = try message.recipients.map { try $0.key.recipient($0.way.algorithm) }
    let sealed = try JWE.encrypt(message.plaintext, for: recipients, options: options)
    return String(decoding: sealed, as: UTF8.self)
  }

  private func open(
    _ sealed: String, _ message: InteropMessage, _ recipient: (way: InteropWay, key: InteropKey)
  ) throws -> InteropDriver.Answer {
    try driver.ask([
      "op": "decrypt", "jwe": sealed, "alg": recipient.way.algorithm.rawValue,
      "key": recipient.key.privateObject(), "algs": Self.names(message),
    ])
  }

  private mutating func peerSeals(_ message: InteropMessage) throws {
    switch try driver.ask(request(message)) {
    case .refused(let reason):
      tally.record(message.rows, .seals, refusal: reason, message.summary)
    case .done(let sealed):
      let sealed = try shuffle.shuffled(sealed)
      for (index, recipient) in message.recipients.enumerated() {
        var refusal: String?
        do {
          let opened = try JWE.decrypt(Array(sealed.utf8), with: [recipient.key.decryptionKey])
          #expect(opened.plaintext == message.plaintext)
          #expect((opened.additionalData ?? []) == message.additionalData)
          #expect(opened.outcomes[index] == .opened)
        } catch {
          refusal = "Valise: \(error)"
        }
        tally.record(message.rows(recipient.way), .seals, refusal: refusal, message.summary)
      }
    }
  }

  private func request(_ message: InteropMessage) throws -> [String: Any] {
    var request: [String: Any] = [
      "op": "encrypt", "enc": message.encryption.rawValue, "form": message.form.rawValue,
      "plaintext": Self.encoded(message.plaintext), "algs": Self.names(message),
      "recipients": try message.recipients.map {
        ["alg": $0.way.algorithm.rawValue, "key": try $0.key.publicObject()]
      },
    ]
    if !message.additionalData.isEmpty { request["aad"] = Self.encoded(message.additionalData) }
    return request
  }

  /// The algorithms that the peer is to allow.
  private static func names(_ message: InteropMessage) -> [String] {
    Set(message.recipients.map(\.way.algorithm.rawValue)).sorted() + [message.encryption.rawValue]
  }

  private static func encoded(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  private static func refusal(_ answer: InteropDriver.Answer, _ expected: [UInt8]) -> String? {
    switch answer {
    case .refused(let reason): reason
    case .done(let text): text == encoded(expected) ? nil : "it opened to something else"
    }
  }
}

extension InteropExchange {
  static let iterationsRow = "PBES2-HS512+A256KW, \(JWE.Recipient.defaultIterations) iterations"

  /// A passphrase with as many iterations as Valise takes when told nothing.
  mutating func defaultIterations() throws {
    let key = InteropKeys.passphrase[0]
    guard case .passphrase(let passphrase) = key.kind,
      let way = InteropWay.all.first(where: { $0.algorithm == .pbes2HS512A256KW })
    else { return }
    let message = InteropMessage([(way, key)], .a256GCM, .flattened)
    let recipient = try JWE.Recipient(passphrase: passphrase)
    let sealed = try JWE.encrypt(message.plaintext, for: [recipient])
    let answer = try open(String(decoding: sealed, as: UTF8.self), message, (way, key))
    let refusal = Self.refusal(answer, message.plaintext)
    tally.record([Self.iterationsRow], .opens, refusal: refusal, Self.iterationsRow)
  }

  static let signedRow = "signed by its sealer (`signature`)"

  /// What carries our `signature` opens for whoever does not know the member.
  mutating func signedMessages() throws {
    let signer = try JWS.Signer(PrivateJWK.generate(.ed25519))
    for way in knownWays where way.algorithm == .ecdhESA256KW {
      for (count, form) in [(1, InteropMessage.Form.flattened), (2, .general)] {
        for encryption in InteropMessage.ciphers {
          let recipients = way.keys(encryption).prefix(count).map { (way: way, key: $0) }
          let message = InteropMessage(recipients, encryption, form)
          let sealed = try shuffle.shuffled(seal(message, by: signer))
          for recipient in recipients {
            let refusal = Self.refusal(try open(sealed, message, recipient), message.plaintext)
            tally.record([Self.signedRow], .opens, refusal: refusal, message.summary)
          }
        }
      }
    }
  }

  static let changedRow = "a changed tag is refused"

  /// Neither side opens a message whose tag was changed: a peer that did not look would pass all
  /// else.
  mutating func changedMessages() throws {
    for encryption in InteropMessage.ciphers {
      let way = knownWays[0]
      let recipient = (way: way, key: way.keys(encryption)[0])
      let message = InteropMessage([recipient], encryption, .flattened)
      let changed = try Self.changingTag(seal(message))
      if case .refused = try open(changed, message, recipient) {
        tally.record([Self.changedRow], .opens, refusal: nil, "")
      } else {
        Issue.record("\(tally.peer.rawValue) opens a changed message under \(encryption.rawValue)")
      }
      guard case .done(let sealed) = try driver.ask(request(message)) else { continue }
      let changedByUs = try Self.changingTag(sealed)
      #expect(throws: JOSEError.self) {
        try JWE.decrypt(Array(changedByUs.utf8), with: [recipient.key.decryptionKey])
      }
      tally.record([Self.changedRow], .seals, refusal: nil, "")
    }
  }

  private static func changingTag(_ message: String) throws -> String {
    let object = try JSONSerialization.jsonObject(with: Data(message.utf8)) as? [String: Any]
    var members = try #require(object)
    let tag = try #require(members["tag"] as? String)
    members["tag"] = (tag.hasPrefix("A") ? "B" : "A") + tag.dropFirst()
    return String(
      decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
  }

  mutating func signatures() throws {
    for message in InteropSignature.matrix {
      try peerVerifies(message)
      try peerSigns(message)
    }
  }

  private mutating func peerVerifies(_ message: InteropSignature) throws {
    var options = JWS.SigningOptions()
    options.serialization = message.serialization
    let signers = try message.signers.compactMap { try $0.key.signer($0.algorithm) }
    let bytes = try JWS.sign(message.payload, by: signers, options: options)
    let signed = try shuffle.shuffled(String(decoding: bytes, as: UTF8.self))
    for signer in message.signers {
      let answer = try driver.ask([
        "op": "verify", "jws": signed, "alg": signer.algorithm.rawValue,
        "key": signer.key.publicObject(), "algs": message.names,
        "keys": message.signers.map { try $0.key.publicObject() },
      ])
      let refusal = Self.refusal(answer, message.payload)
      tally.record(message.rows, .opens, refusal: refusal, message.summary)
    }
  }

  private mutating func peerSigns(_ message: InteropSignature) throws {
    let answer = try driver.ask([
      "op": "sign", "form": message.form, "payload": Self.encoded(message.payload),
      "algs": message.names,
      "signers": message.signers.map {
        ["alg": $0.algorithm.rawValue, "key": try $0.key.privateObject()]
      },
    ])
    guard case .done(let text) = answer else {
      if case .refused(let reason) = answer {
        tally.record(message.rows, .seals, refusal: reason, message.summary)
      }
      return
    }
    let signed = try shuffle.shuffled(text)
    for (index, signer) in message.signers.enumerated() {
      var refusal: String?
      do {
        let keys = [signer.key.verificationKey].compactMap(\.self)
        let verified = try JWS.verify(Array(signed.utf8), with: keys)
        #expect(verified.payload == message.payload)
        #expect(verified.signatures.map(\.index) == [index])
      } catch {
        refusal = "Valise: \(error)"
      }
      tally.record(message.rows, .seals, refusal: refusal, message.summary)
    }
  }
}

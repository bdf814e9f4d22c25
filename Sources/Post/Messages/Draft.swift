/// A message that is to be sent.
public struct Draft: Sendable {
  /// Whom it goes to.
  public var addressees: Addressees
  /// What it is about, up to 1 KiB.
  public var subject = ""
  /// What it says.
  public var body: String
  /// Whether it goes out before the others.
  public var priority = Priority.normal
  /// The conversation that it belongs to; nil begins one.
  public var thread: String?
  /// The identifier of the message that it answers.
  public var inReplyTo: String?
  /// What comes with it, sealed by ``Mailbox/attach(_:name:mediaType:now:)``.
  public var attachments: [Attachment] = []
  /// For how many seconds it is worth delivering, at most the post's limit; nil for 30 days, or that
  /// limit where it is less.
  public var lifetime: Int?

  /// A message that says `body`.
  public init(body: String, to addressees: Addressees) {
    self.body = body
    self.addressees = addressees
  }
}

/// Whom a message goes to.
public struct Addressees: Sendable {
  /// Those whom all others see.
  public var visible: [Correspondent]
  /// Those whom nobody else sees: each gets an envelope of their own.
  public var blind: [Correspondent] = []

  /// Those whom all others see.
  public init(_ visible: [Correspondent]) { self.visible = visible }
}

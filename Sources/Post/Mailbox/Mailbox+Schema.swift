internal import GRDB

extension Mailbox {
  /// The versions of the schema, each made from the one before.
  ///
  /// A version that was released is never changed.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { try $0.execute(sql: version1) }
    migrator.registerMigration("2") { try $0.execute(sql: version2) }
    return migrator
  }

  private static let version1 = """
    CREATE TABLE post (
      identifier BLOB PRIMARY KEY, messageByteCount INTEGER NOT NULL, dayCount INTEGER NOT NULL,
      location TEXT NOT NULL, synchronizedAt INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

    -- What was sent. Large columns stand last, so that lists do not read through them.
    CREATE TABLE sentMessage (
      id INTEGER PRIMARY KEY, post BLOB NOT NULL, name TEXT NOT NULL, identifier TEXT NOT NULL,
      thread TEXT NOT NULL, createdAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL,
      key TEXT NOT NULL, copy BLOB NOT NULL
    );
    CREATE INDEX sentMessageName ON sentMessage (name);
    CREATE INDEX sentMessageThread ON sentMessage (thread);
    -- What goes out: its envelopes, and acknowledgements. An envelope is kept until all have
    -- acknowledged it or it has expired.
    CREATE TABLE outgoing (
      id INTEGER PRIMARY KEY, post BLOB NOT NULL,
      sent INTEGER REFERENCES sentMessage ON DELETE SET NULL, identifier TEXT NOT NULL,
      isAcknowledgement INTEGER NOT NULL, isBlind INTEGER NOT NULL,
      isRecalled INTEGER NOT NULL DEFAULT 0, day TEXT NOT NULL, hash TEXT NOT NULL,
      createdAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL,
      priority INTEGER NOT NULL, nextAttemptAt INTEGER NOT NULL, attemptCount INTEGER NOT NULL DEFAULT 0, envelope BLOB
    );
    CREATE INDEX outgoingDue ON outgoing (post, priority DESC, nextAttemptAt) WHERE envelope IS NOT NULL;
    CREATE INDEX outgoingIdentifier ON outgoing (identifier);
    CREATE INDEX outgoingSent ON outgoing (sent);
    CREATE TABLE delivery (
      outgoing INTEGER NOT NULL REFERENCES outgoing ON DELETE CASCADE,
      key TEXT NOT NULL, tag TEXT NOT NULL, acknowledgedAt INTEGER,
      PRIMARY KEY (outgoing, key)
    ) WITHOUT ROWID;
    CREATE TABLE outgoingPart (
      outgoing INTEGER NOT NULL REFERENCES outgoing ON DELETE CASCADE, hash TEXT NOT NULL,
      PRIMARY KEY (outgoing, hash)
    ) WITHOUT ROWID;
    CREATE INDEX outgoingPartHash ON outgoingPart (hash);
    -- Parts that were sealed for a message which was not sent yet, and may never be; and those that
    -- no message has any more, as of long ago.
    CREATE TABLE draftPart (hash TEXT PRIMARY KEY, sealedAt INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE outgoingStream (
      readers TEXT PRIMARY KEY, identifier TEXT NOT NULL, next INTEGER NOT NULL
    ) WITHOUT ROWID;

    -- What came.
    CREATE TABLE incoming (
      id INTEGER PRIMARY KEY, post BLOB NOT NULL, name TEXT NOT NULL, issuer TEXT NOT NULL,
      identifier TEXT NOT NULL, thread TEXT NOT NULL, issuedAt INTEGER NOT NULL,
      expiresAt INTEGER NOT NULL, acceptedAt INTEGER NOT NULL, isRead INTEGER NOT NULL DEFAULT 0,
      key TEXT NOT NULL, signer BLOB NOT NULL, envelope BLOB NOT NULL,
      UNIQUE (issuer, identifier)
    );
    CREATE INDEX incomingName ON incoming (name);
    CREATE INDEX incomingThread ON incoming (thread);
    CREATE INDEX incomingIssuer ON incoming (issuer);
    CREATE INDEX incomingUnread ON incoming (id) WHERE isRead = 0;
    CREATE INDEX incomingUnreadIssuer ON incoming (issuer) WHERE isRead = 0;
    -- Arrivals that the user's own program is still to be told of.
    CREATE TABLE notification (
      incoming INTEGER PRIMARY KEY REFERENCES incoming ON DELETE CASCADE,
      queuedAt INTEGER NOT NULL, attemptCount INTEGER NOT NULL DEFAULT 0,
      nextAttemptAt INTEGER NOT NULL
    );
    CREATE INDEX notificationDue ON notification (nextAttemptAt);
    CREATE TABLE incomingPart (
      incoming INTEGER NOT NULL REFERENCES incoming ON DELETE CASCADE, hash TEXT NOT NULL,
      isPresent INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (incoming, hash)
    ) WITHOUT ROWID;
    CREATE INDEX incomingPartHash ON incomingPart (hash);
    CREATE INDEX incomingPartMissing ON incomingPart (incoming) WHERE isPresent = 0;
    CREATE TABLE seen (
      issuer TEXT NOT NULL, identifier TEXT NOT NULL, hash TEXT NOT NULL,
      key TEXT NOT NULL, isAcknowledgement INTEGER NOT NULL, expiresAt INTEGER NOT NULL,
      PRIMARY KEY (issuer, identifier)
    ) WITHOUT ROWID;
    CREATE INDEX seenHash ON seen (hash);
    CREATE INDEX seenExpiry ON seen (expiresAt);
    CREATE TABLE acknowledgement (
      post BLOB NOT NULL, issuer TEXT NOT NULL, identifier TEXT NOT NULL, key TEXT NOT NULL,
      PRIMARY KEY (post, issuer, identifier, key)
    ) WITHOUT ROWID;
    CREATE TABLE incomingStream (
      issuer TEXT NOT NULL, identifier TEXT NOT NULL, highest INTEGER NOT NULL,
      PRIMARY KEY (issuer, identifier)
    ) WITHOUT ROWID;
    CREATE TABLE gap (
      issuer TEXT NOT NULL, stream TEXT NOT NULL, sequence INTEGER NOT NULL,
      PRIMARY KEY (issuer, stream, sequence)
    ) WITHOUT ROWID;

    -- What could not be taken in.
    CREATE TABLE pending (
      post BLOB NOT NULL, name TEXT NOT NULL, reason TEXT NOT NULL, firstSeenAt INTEGER NOT NULL,
      nextAttemptAt INTEGER NOT NULL,
      PRIMARY KEY (post, name)
    ) WITHOUT ROWID;
    CREATE TABLE quarantine (
      id INTEGER PRIMARY KEY, post BLOB NOT NULL, hash TEXT NOT NULL UNIQUE, envelope BLOB NOT NULL,
      key TEXT NOT NULL, issuer TEXT NOT NULL, receivedAt INTEGER NOT NULL
    );
    CREATE TABLE refusal (reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
    """

  private static let version2 = """
    -- Why it could not be posted the last time.
    ALTER TABLE outgoing ADD COLUMN obstacle TEXT;
    -- A gap that will never be filled is told of for as long as its message might have come.
    ALTER TABLE gap ADD COLUMN notedAt INTEGER NOT NULL DEFAULT 0;
    """
}

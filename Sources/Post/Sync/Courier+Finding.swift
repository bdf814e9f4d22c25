/// What is found where a marker points.
enum Finding {
  case found([UInt8])
  case putOff(PendingReason)
}

extension Courier {
  /// The envelope that a marker announces, if the file at `path` is it.
  ///
  /// Its name is the hash of its bytes: what does not match is still on its way, or was damaged, and
  /// is no reason to give up.
  func look(
    at path: TransportPath, _ marker: Marker, _ collection: inout Collection
  ) throws(PostError) -> Finding {
    let bytes: [UInt8]?
    do { bytes = try transport.bytes(at: path, limit: post.limits.messageByteCount) } catch {
      // Something else in its place may go away again.
      guard error.code == .malformed || error.code == .limitExceeded else { throw error }
      return .putOff(.unreadable)
    }
    guard let bytes else { return .putOff(.missing) }
    collection.spend(bytes.count)
    return try ContentHash(of: bytes) == marker.hash ? .found(bytes) : .putOff(.arriving)
  }

  /// Likewise in any of several files.
  func look(
    at paths: [TransportPath], _ marker: Marker, _ collection: inout Collection
  ) throws(PostError) -> Finding {
    for path in paths {
      if case .found(let envelope) = try look(at: path, marker, &collection) {
        return .found(envelope)
      }
    }
    return .putOff(.missing)
  }

  /// Files that carriers made of messages under another name: `<hash>.sync-conflict-….jwe`,
  /// `<hash> (conflicted copy).jwe`.
  ///
  /// Each day's folder is listed once, however many are looked for in it; of each message `limit`
  /// copies are told, as somebody may make any number of them to keep us busy.
  func copies(
    of markers: [Marker], limit: Int
  ) throws(PostError) -> [Marker: [TransportPath]] {
    var copies: [Marker: [TransportPath]] = [:]
    for (day, markers) in Dictionary(grouping: markers, by: \.day) {
      let folder = TransportPath.messages(day)
      let hashes = Set(markers.map(\.hash))
      try transport.list(folder) { name in
        let characters = name.utf8.prefix(ContentHash.characterCount)
        guard name.utf8.count != ContentHash.characterCount + 4,
          let hash = ContentHash(parsing: Substring(characters)), hashes.contains(hash),
          let path = folder.appending(name)
        else { return true }
        let marker = Marker(day: day, hash: hash)
        if copies[marker, default: []].count < limit { copies[marker, default: []].append(path) }
        return true
      }
    }
    return copies
  }
}

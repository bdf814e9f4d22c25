internal import JOSE

/// What is found where a marker points.
enum Finding {
  case found([UInt8])
  case putOff(PendingReason)
}

extension Courier {
  /// The envelope that a marker announces, if one of the files at `paths` is it.
  ///
  /// Its name is the hash of its bytes: what does not match is still on its way, or was damaged, and
  /// is no reason to give up.
  func look(
    at paths: [TransportPath], _ marker: Marker, _ collection: inout Collection
  ) throws(PostError) -> Finding {
    var finding = Finding.putOff(.missing)
    for path in paths {
      finding = try look(at: path, marker, &collection)
      if case .found = finding { break }
    }
    return finding
  }

  private func look(
    at path: TransportPath, _ marker: Marker, _ collection: inout Collection
  ) throws(PostError) -> Finding {
    let bytes: [UInt8]?
    do { bytes = try transport.bytes(at: path, limit: post.limits.messageByteCount) } catch {
      // Something else in its place may go away again, and so may what keeps it from being read.
      if !error.isAboutItsKind { try collection.report.note(error, .reading) }
      return .putOff(.unreadable)
    }
    guard let bytes else { return .putOff(.missing) }
    collection.spend(bytes.count)
    return try ContentHash(of: bytes) == marker.hash ? .found(bytes) : .putOff(.arriving)
  }

  /// Files that carriers made of messages under another name: `<hash>.sync-conflict-….jwe`,
  /// `<hash> (conflicted copy).jwe`.
  ///
  /// Each day's folder is listed once, however many are looked for in it; of each message `limit`
  /// copies are told, as somebody may make any number of them to keep us busy.
  func copies(
    of markers: [Marker], limit: Int, _ report: inout SyncReport
  ) throws(PostError) -> [Marker: [TransportPath]] {
    var copies: [Marker: [TransportPath]] = [:]
    for (day, markers) in Dictionary(grouping: markers, by: \.day) {
      let hashes = Set(markers.map(\.hash))
      for (hash, paths) in try self.copies(in: .messages(day), of: hashes, limit: limit, &report) {
        copies[Marker(day: day, hash: hash)] = paths
      }
    }
    return copies
  }

  /// Likewise of parts of attachments.
  func copies(
    of parts: [ContentHash], limit: Int, _ report: inout SyncReport
  ) throws(PostError) -> [ContentHash: [TransportPath]] {
    var copies: [ContentHash: [TransportPath]] = [:]
    for (folder, hashes) in Dictionary(grouping: parts, by: { TransportPath.parts(like: $0) }) {
      let found = try self.copies(in: folder, of: Set(hashes), limit: limit, &report)
      copies.merge(found) { own, _ in own }
    }
    return copies
  }

  private func copies(
    in folder: TransportPath, of hashes: Set<ContentHash>, limit: Int, _ report: inout SyncReport
  ) throws(PostError) -> [ContentHash: [TransportPath]] {
    var copies: [ContentHash: [TransportPath]] = [:]
    do {
      try transport.list(folder) { name in
        guard let hash = ContentHash(beginning: name), hashes.contains(hash),
          !name.isExactly("\(hash.text).jwe"), let path = folder.appending(name)
        else { return true }
        if copies[hash, default: []].count < limit { copies[hash, default: []].append(path) }
        return true
      }
    } catch { if !error.isAboutItsKind { try report.note(error, .reading) } }
    return copies
  }
}

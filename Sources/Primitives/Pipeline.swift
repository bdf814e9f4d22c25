/// A stream in pieces through stages, on as many threads as there are cores to overlap them.
///
/// Each stage handles one piece at a time and the pieces in order, so that a cipher and a file may
/// stand behind it; but which thread runs which stage is decided anew for each piece. Whoever is free
/// takes the piece that is furthest along. That keeps two cores busy whatever the stages cost, where
/// a fixed share would wait for the slower half.
///
/// The buffers are made once and go round: a stream of any length costs the memory of a few pieces.
/// When a stage throws, the others end with their piece, and the first error is thrown.
package enum Pipeline {
  /// What happens to a piece between being filled and being drained.
  package enum Stage<Failure: Error> {
    /// Makes of a piece what the next stage gets, appending to an empty buffer; is told of the last.
    case transform(
      (Span<UInt8>, inout OutputSpan<UInt8>, _ isLast: Bool) throws(Failure) -> Void)
    /// Looks at a piece and hands it on as it is.
    ///
    /// Whoever is free does this before all else: what looks on is a hash, slower than a cipher, and
    /// the whole is no faster than its slowest stage.
    case watch((Span<UInt8>) throws(Failure) -> Void)

    fileprivate var isWatch: Bool { if case .watch = self { true } else { false } }
  }

  /// More threads gain nothing: the longest stage takes one of them, the rest fit on two.
  private static let maximumThreadCount = 3

  /// Runs the stages until `fill` has no more and all is drained.
  ///
  /// **The stages must not share anything that one of them changes**: they run at the same time.
  /// Content that fits in one piece costs no thread.
  ///
  /// - Parameters:
  ///   - byteCount: room for a piece at each stage; no buffer ever grows.
  ///   - fill: appends the next piece to an empty buffer and answers whether more may come; the last
  ///     piece may be empty.
  ///   - stages: what each piece goes through, in this order.
  ///   - drain: takes what came out.
  /// - Throws: what a stage throws, whichever came first.
  package static func run<Failure: Error>(
    byteCount: Int,
    fill: (inout OutputSpan<UInt8>) throws(Failure) -> Bool,
    stages: [Stage<Failure>],
    drain: (Span<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    let piece = Piece(byteCount: byteCount)
    try piece.fill(fill)
    guard !piece.isLast else {
      var room = PageBuffer(byteCount: byteCount)
      for stage in stages { try piece.pass(stage, &room) }
      return try piece.withBytes(drain)
    }

    let line = AssemblyLine<Failure>(piece, watches: stages.map(\.isWatch), byteCount: byteCount)
    func work() {
      var room = PageBuffer(byteCount: byteCount)
      line.run { (place, piece) throws(Failure) in
        switch place {
        case 0: try piece.fill(fill)
        case 1..<stages.count + 1: try piece.pass(stages[place - 1], &room)
        default: try piece.withBytes(drain)
        }
      }
    }
    withoutActuallyEscaping(work) { work in
      let helperCount = max(1, min(processorCount(), maximumThreadCount) - 1)
      let helpers = (0..<helperCount).compactMap { _ in Worker(work) }
      work()
      for helper in helpers { helper.join() }
    }
    if let failure = line.failure { throw failure }
  }
}

/// What goes through a pipeline.
private final class Piece {
  private var bytes: PageBuffer
  private(set) var isLast = false

  init(byteCount: Int) { bytes = PageBuffer(byteCount: byteCount) }

  func fill<Failure: Error>(
    _ body: (inout OutputSpan<UInt8>) throws(Failure) -> Bool
  ) throws(Failure) {
    bytes.removeAll()
    isLast = try !bytes.append(body)
  }

  /// Goes through `stage`; what it was is left in `room` where it became something else.
  ///
  /// The room is the thread's and not the piece's: it was used a moment ago and lies in the cache.
  func pass<Failure: Error>(
    _ stage: Pipeline.Stage<Failure>, _ room: inout PageBuffer
  ) throws(Failure) {
    switch stage {
    case .watch(let body): try bytes.withBytes(body)
    case .transform(let body):
      room.removeAll()
      try bytes.withBytes { (bytes) throws(Failure) in
        try room.append { (output) throws(Failure) in try body(bytes, &output, isLast) }
      }
      swap(&bytes, &room)
    }
  }

  func withBytes<Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Void) throws(Failure) {
    try bytes.withBytes(body)
  }
}

/// The pieces, waiting at the place that is next for them: 0 is filling, the last one draining.
private final class AssemblyLine<Failure: Error>: @unchecked Sendable {
  // Sendable: everything below is touched with the lock held, and a piece that was taken belongs to
  // the thread that took it.
  private let lock = Lock()
  private var waiting: [[Piece]]
  private var isBusy: [Bool]
  /// The places in the order in which a free thread looks for work.
  private let preference: [Int]
  private var isFilled = false
  /// Pieces that are filled and not drained.
  private var pendingCount = 1
  /// The first error; read once all threads have ended.
  private(set) var failure: Failure?

  init(_ first: Piece, watches: [Bool], byteCount: Int) {
    let placeCount = watches.count + 2
    isBusy = Array(repeating: false, count: placeCount)
    let watching = watches.indices.filter { watches[$0] }.map { $0 + 1 }
    preference = watching + (0..<placeCount).reversed().filter { !watching.contains($0) }
    waiting = Array(repeating: [], count: placeCount)
    waiting[1] = [first]
    // A piece for each place, the first of them taken already, and two waiting between.
    waiting[0] = (0...placeCount).map { _ in Piece(byteCount: byteCount) }
  }

  /// Takes one piece after the other through its next place until none is left.
  func run(_ body: (Int, Piece) throws(Failure) -> Void) {
    while let (place, piece) = take() {
      do throws(Failure) {
        try body(place, piece)
        put(piece, after: place)
      } catch { fail(error) }
    }
  }

  private func take() -> (place: Int, piece: Piece)? {
    lock.withLock {
      while failure == nil {
        if isFilled, pendingCount == 0 { return nil }
        if let place = preference.first(where: isReady) {
          isBusy[place] = true
          if place == 0 { pendingCount += 1 }
          // Of the empty ones the last to be drained: some of it still lies in the cache.
          let piece = place == 0 ? waiting[0].removeLast() : waiting[place].removeFirst()
          return (place, piece)
        }
        lock.wait()
      }
      return nil
    }
  }

  private func isReady(_ place: Int) -> Bool {
    !isBusy[place] && !waiting[place].isEmpty && !(place == 0 && isFilled)
  }

  private func put(_ piece: Piece, after place: Int) {
    lock.withLock {
      isBusy[place] = false
      if place == 0 { isFilled = piece.isLast }
      if place == waiting.count - 1 { pendingCount -= 1 }
      waiting[(place + 1) % waiting.count].append(piece)
      lock.wake()
    }
  }

  private func fail(_ error: Failure) {
    lock.withLock {
      if failure == nil { failure = error }
      lock.wake()
    }
  }
}

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
    case transform((borrowing [UInt8], inout [UInt8], _ isLast: Bool) throws(Failure) -> Void)
    /// Looks at a piece and hands it on as it is.
    ///
    /// Whoever is free does this before all else: what looks on is a hash, slower than a cipher, and
    /// the whole is no faster than its slowest stage.
    case watch((borrowing [UInt8]) throws(Failure) -> Void)

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
  ///   - byteCount: room for a piece in each stage, so that no buffer ever grows.
  ///   - fill: appends the next piece to an empty buffer and answers whether more may come; the last
  ///     piece may be empty.
  ///   - stages: what each piece goes through, in this order.
  ///   - drain: takes what came out.
  /// - Throws: what a stage throws, whichever came first.
  package static func run<Failure: Error>(
    byteCount: Int,
    fill: (inout [UInt8]) throws(Failure) -> Bool,
    stages: [Stage<Failure>],
    drain: (borrowing [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var piece = Piece(byteCount: byteCount)
    piece.isLast = try !fill(&piece.bytes)
    guard !piece.isLast else {
      for stage in stages { try piece.pass(stage) }
      return try drain(piece.bytes)
    }

    let line = AssemblyLine<Failure>(piece, watches: stages.map(\.isWatch), byteCount: byteCount)
    piece = Piece(byteCount: 0)
    func work() {
      line.run { (place, piece) throws(Failure) in
        switch place {
        case 0: piece.isLast = try !fill(&piece.bytes)
        case 1..<stages.count + 1: try piece.pass(stages[place - 1])
        default: try drain(piece.bytes)
        }
      }
    }
    withoutActuallyEscaping(work) { work in
      let helperCount = max(1, min(processorCount(), maximumThreadCount) - 1)
      let helpers = (0..<helperCount).map { _ in Worker(work) }
      work()
      for helper in helpers { helper.join() }
    }
    if let failure = line.failure { throw failure }
  }
}

/// What goes through a pipeline: bytes, and room for what the next stage makes of them.
private struct Piece {
  var bytes: [UInt8] = []
  private var room: [UInt8] = []
  var isLast = false

  init(byteCount: Int) {
    bytes.reserveCapacity(byteCount)
    room.reserveCapacity(byteCount)
  }

  mutating func pass<Failure: Error>(_ stage: Pipeline.Stage<Failure>) throws(Failure) {
    switch stage {
    case .watch(let body): try body(bytes)
    case .transform(let body):
      room.removeAll(keepingCapacity: true)
      try body(bytes, &room, isLast)
      swap(&bytes, &room)
    }
  }

  mutating func empty() { bytes.removeAll(keepingCapacity: true) }
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
  func run(_ body: (Int, inout Piece) throws(Failure) -> Void) {
    var piece = Piece(byteCount: 0)
    while let place = take(&piece) {
      do throws(Failure) {
        try body(place, &piece)
        put(&piece, after: place)
      } catch { fail(error) }
    }
  }

  // A piece is handed on with no reference left behind, or the next stage would copy its buffers.

  private func take(_ piece: inout Piece) -> Int? {
    lock.withLock {
      while failure == nil {
        if isFilled, pendingCount == 0 { return nil }
        if let place = preference.first(where: isReady) {
          isBusy[place] = true
          if place == 0 { pendingCount += 1 }
          piece = waiting[place].removeFirst()
          return place
        }
        lock.wait()
      }
      return nil
    }
  }

  private func isReady(_ place: Int) -> Bool {
    !isBusy[place] && !waiting[place].isEmpty && !(place == 0 && isFilled)
  }

  private func put(_ piece: inout Piece, after place: Int) {
    lock.withLock {
      isBusy[place] = false
      if place == 0 { isFilled = piece.isLast }
      if place == waiting.count - 1 {
        pendingCount -= 1
        piece.empty()
      }
      waiting[(place + 1) % waiting.count].append(piece)
      piece = Piece(byteCount: 0)
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

/// A stream in pieces through four stages, on as many threads as there are cores to overlap them.
///
/// Each stage handles one piece at a time and the pieces in order, so that a cipher and a file may
/// stand behind it; but which thread runs which stage is decided anew for each piece. Whoever is free
/// takes the piece that is furthest along. That keeps two cores busy whatever the stages cost, where
/// a fixed share would wait for the slower half.
///
/// The buffers are made once and go round: a stream of any length costs the memory of a few pieces.
/// When a stage throws, the others end with their piece, and the first error is thrown.
package enum Pipeline {
  /// Enough for a piece in each stage and one waiting between.
  private static let pieceCount = 6
  /// Four stages gain nothing from more: one of them is always the longest.
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
  ///   - first: makes of a piece the next stage's, appending to an empty buffer; is told of the last.
  ///   - second: likewise.
  ///   - drain: takes what came out.
  /// - Throws: what a stage throws, whichever came first.
  package static func run<Failure: Error>(
    byteCount: Int,
    fill: (inout [UInt8]) throws(Failure) -> Bool,
    first: (borrowing [UInt8], inout [UInt8], _ isLast: Bool) throws(Failure) -> Void,
    second: (borrowing [UInt8], inout [UInt8], _ isLast: Bool) throws(Failure) -> Void,
    drain: (borrowing [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var piece = Piece(byteCount: byteCount)
    piece.isLast = try !fill(&piece.bytes)
    guard !piece.isLast else {
      try piece.transform(first)
      try piece.transform(second)
      return try drain(piece.bytes)
    }

    let line = AssemblyLine<Failure>(piece, count: pieceCount, byteCount: byteCount)
    piece = Piece(byteCount: 0)
    func work() {
      line.run { (stage, piece) throws(Failure) in
        switch stage {
        case .fill: piece.isLast = try !fill(&piece.bytes)
        case .first: try piece.transform(first)
        case .second: try piece.transform(second)
        case .drain: try drain(piece.bytes)
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

  mutating func transform<Failure: Error>(
    _ body: (borrowing [UInt8], inout [UInt8], Bool) throws(Failure) -> Void
  ) throws(Failure) {
    room.removeAll(keepingCapacity: true)
    try body(bytes, &room, isLast)
    swap(&bytes, &room)
  }

  mutating func empty() { bytes.removeAll(keepingCapacity: true) }
}

private enum Stage: Int, CaseIterable { case fill, first, second, drain }

/// The pieces, waiting before the stage that is next for them.
private final class AssemblyLine<Failure: Error>: @unchecked Sendable {
  // Sendable: everything below is touched with the lock held, and a piece that was taken belongs to
  // the thread that took it.
  private let lock = Lock()
  private var waiting: [[Piece]]
  private var isBusy = Stage.allCases.map { _ in false }
  private var isFilled = false
  /// Pieces that are filled and not drained.
  private var pendingCount = 1
  /// The first error; read once all threads have ended.
  private(set) var failure: Failure?

  init(_ first: Piece, count: Int, byteCount: Int) {
    waiting = Stage.allCases.map { _ in [] }
    waiting[Stage.first.rawValue] = [first]
    waiting[Stage.fill.rawValue] = (1..<count).map { _ in Piece(byteCount: byteCount) }
  }

  /// Takes one piece after the other through its next stage until none is left.
  func run(_ body: (Stage, inout Piece) throws(Failure) -> Void) {
    var piece = Piece(byteCount: 0)
    while let stage = take(&piece) {
      do throws(Failure) {
        try body(stage, &piece)
        put(&piece, after: stage)
      } catch { fail(error) }
    }
  }

  // A piece is handed on with no reference left behind, or the next stage would copy its buffers.

  private func take(_ piece: inout Piece) -> Stage? {
    lock.withLock {
      while failure == nil {
        if isFilled, pendingCount == 0 { return nil }
        if let stage = Stage.allCases.last(where: isReady) {
          isBusy[stage.rawValue] = true
          if stage == .fill { pendingCount += 1 }
          piece = waiting[stage.rawValue].removeFirst()
          return stage
        }
        lock.wait()
      }
      return nil
    }
  }

  private func isReady(_ stage: Stage) -> Bool {
    !isBusy[stage.rawValue] && !waiting[stage.rawValue].isEmpty && !(stage == .fill && isFilled)
  }

  private func put(_ piece: inout Piece, after stage: Stage) {
    lock.withLock {
      isBusy[stage.rawValue] = false
      if stage == .fill { isFilled = piece.isLast }
      if stage == .drain {
        pendingCount -= 1
        piece.empty()
      }
      waiting[(stage.rawValue + 1) % Stage.allCases.count].append(piece)
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

extension Merge {
  /// A conflict over the whole of two files, for what cannot be compared value by value: one that
  /// cannot be read, or that only one side sealed.
  public static func conflict(ours: [UInt8], theirs: [UInt8]) -> Merge {
    .conflict(ConflictText.whole(ours, theirs), paths: [])
  }
}

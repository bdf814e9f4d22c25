internal import JOSE

extension OwnKeys {
  /// The folders of a post where markers for these keys appear, as paths from the post down.
  ///
  /// - Throws: ``PostError`` `internalFailure`.
  public func boxes(in post: PostIdentifier) throws(PostError) -> [String] {
    try encryptionKeys.map { (key) throws(PostError) in
      TransportPath.box(try Tag(of: key.publicKey, in: post)).description
    }
  }
}

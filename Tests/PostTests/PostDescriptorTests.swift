import Testing

@testable import Post

@Suite struct PostDescriptorTests {
  private let transport = MemoryTransport()

  private func write(_ text: String) { transport.files["post.json"] = Array(text.utf8) }

  private func read(_ text: String) -> PostError.Code? {
    write(text)
    return failure { try PostDescriptor.read(from: transport) }
  }

  @Test("a post is made once, and joined by reading what it says")
  func initialization() throws {
    let limits = PostLimits(messageByteCount: 1 << 16, dayCount: 30)
    let post = try PostDescriptor.initialize(on: transport, limits: limits)
    #expect(try PostDescriptor.read(from: transport) == post)
    #expect(post.limits == limits)
    try post.requirePresence(on: transport)
    #expect(failure { try PostDescriptor.initialize(on: transport) } == .exists)
    #expect(try PostDescriptor.read(from: transport) == post)
  }

  @Test("an empty and a replaced post are told from the one that was joined")
  func presence() throws {
    let post = try PostDescriptor.initialize(on: transport)
    transport.files = [:]
    #expect(failure { try post.requirePresence(on: transport) } == .noPost)
    _ = try PostDescriptor.initialize(on: transport)
    #expect(failure { try post.requirePresence(on: transport) } == .foreignPost)
  }

  @Test("limits out of range are not written")
  func limits() {
    for limits in [
      PostLimits(messageByteCount: 1), PostLimits(messageByteCount: 1 << 21),
      PostLimits(dayCount: 0), PostLimits(dayCount: 91),
    ] {
      #expect(
        failure { try PostDescriptor.initialize(on: transport, limits: limits) } == .limitExceeded)
    }
  }

  @Test("what does not say exactly what it should is refused")
  func strictness() throws {
    let good = """
      {"version":1,"id":"AAECAwQFBgcICQoLDA0ODw","limits":{"message":1048576,"days":90}}
      """
    #expect(read(good) == nil)
    #expect(read("") == .malformed)
    #expect(read("[]") == .malformed)
    let changes = [
      ("\"version\":1", "\"version\":1.0"), ("ODw\"", "ODx\""), ("ODw\"", "OD\""),
      ("\"days\":90", "\"days\":91"), ("\"days\":90", "\"days\":\"90\""),
      ("\"days\":90", "\"days\":90,\"days\":1"), ("\"version\"", "\"more\":1,\"version\""),
      ("\"days\":90", "\"days\":90,\"more\":1"), ("90}}", "90}}x"),
    ]
    for (old, new) in changes {
      let parts = good.split(separator: old, omittingEmptySubsequences: false)
      #expect(read(parts.joined(separator: new)) == .malformed, "\(new)")
    }
    let newer = good.split(separator: "\"version\":1", omittingEmptySubsequences: false)
    #expect(read(newer.joined(separator: "\"version\":2")) == .unsupported)
    write(good)
    transport.files["post.json"]?.append(contentsOf: [UInt8](repeating: 0x20, count: 1 << 12))
    #expect(failure { try PostDescriptor.read(from: transport) } == .limitExceeded)
  }
}

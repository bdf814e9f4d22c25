import Primitives
import Testing

/// Codes by which pieces are known again.
@Suite struct PieceAuthenticatorTests {
  private static let piece = [UInt8](repeating: 1, count: 1000)

  private static func code(
    _ authenticator: PieceAuthenticator, _ piece: [UInt8], _ number: Int
  ) throws -> [UInt8] {
    var code: [UInt8] = []
    try authenticator.appendCode(of: piece.span, number: number, to: &code)
    return code
  }

  @Test("a piece has the same code again, whatever came between")
  func same() throws {
    let authenticator = try PieceAuthenticator()
    let code = try Self.code(authenticator, Self.piece, 3)
    #expect(code.count == PieceAuthenticator.codeByteCount)
    _ = try Self.code(authenticator, [], 4)
    #expect(try Self.code(authenticator, Self.piece, 3) == code)
  }

  @Test("another piece, another number and another authenticator make other codes")
  func different() throws {
    let authenticator = try PieceAuthenticator()
    let code = try Self.code(authenticator, Self.piece, 3)
    for index in Self.piece.indices {
      var changed = Self.piece
      changed[index] ^= 0x80
      #expect(try Self.code(authenticator, changed, 3) != code)
    }
    #expect(try Self.code(authenticator, Self.piece + [0], 3) != code)
    #expect(try Self.code(authenticator, Array(Self.piece.dropLast()), 3) != code)
    for number in [0, 2, 4, 3 + 1 << 32, 3 + 1 << 40] {
      #expect(try Self.code(authenticator, Self.piece, number) != code)
    }
    #expect(try Self.code(PieceAuthenticator(), Self.piece, 3) != code)
  }
}

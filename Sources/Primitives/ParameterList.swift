internal import COpenSSL

/// OpenSSL's typed parameters, built up by name; what is secret in them is wiped with them.
@safe
final class ParameterList {
  private let builder: OpaquePointer
  // The builder only points at what it is given, so the copies live here.
  private var secrets: [SecretBytes] = []
  private var copies: [UnsafeMutableBufferPointer<UInt8>] = unsafe []
  private var numbers: [OpaquePointer] = unsafe []

  init() throws(PrimitiveError) {
    unsafe builder = unsafe try OpenSSL.require(
      OSSL_PARAM_BLD_new(), .internalFailure, "no parameter builder")
  }

  deinit {
    unsafe OSSL_PARAM_BLD_free(builder)
    for unsafecopy in unsafe copies { unsafe copy.deallocate() }
    for unsafenumber in unsafe numbers { unsafe BN_clear_free(number) }
  }

  func add(_ name: String, text: String) throws(PrimitiveError) {
    let copy = unsafe keep(text.utf8.count) { text.utf8.span[$0] }
    let status = unsafe copy.baseAddress.map { address in
      unsafe address.withMemoryRebound(to: CChar.self, capacity: copy.count) {
        unsafe OSSL_PARAM_BLD_push_utf8_string(builder, name, $0, copy.count)
      }
    }
    try OpenSSL.check(status ?? 0, .internalFailure, "a parameter was refused")
  }

  func add(_ name: String, bytes: Span<UInt8>) throws(PrimitiveError) {
    let copy = unsafe keep(bytes.count) { bytes[$0] }
    let status = unsafe OSSL_PARAM_BLD_push_octet_string(
      builder, name, copy.baseAddress, bytes.count)
    try OpenSSL.check(status, .internalFailure, "a parameter was refused")
  }

  func add(_ name: String, secret: SecretBytes) throws(PrimitiveError) {
    secrets.append(secret)
    let status = secret.withBytes { bytes in
      // The address stays good: the secret is kept, and its memory never moves.
      bytes.withAddress {
        unsafe OSSL_PARAM_BLD_push_octet_string(builder, name, $0, bytes.count)
      }
    }
    try OpenSSL.check(status, .internalFailure, "a parameter was refused")
  }

  /// Adds a big-endian number that is public.
  func add(_ name: String, number: Span<UInt8>) throws(PrimitiveError) {
    let value = unsafe try OpenSSL.require(
      number.withAddress { unsafe BN_bin2bn($0, Int32(number.count), nil) },
      .internalFailure, "no memory for a number")
    try unsafe add(name, owned: value)
  }

  /// Adds a big-endian number that is secret, in OpenSSL's constant-time representation.
  func add(_ name: String, secretNumber: SecretBytes) throws(PrimitiveError) {
    let value = unsafe try OpenSSL.require(
      BN_secure_new(), .internalFailure, "no memory for a number")
    secretNumber.withBytes { bytes in
      bytes.withAddress { _ = unsafe BN_bin2bn($0, Int32(bytes.count), value) }
    }
    unsafe BN_set_flags(value, BN_FLG_CONSTTIME)
    try unsafe add(name, owned: value)
  }

  /// Lends the finished list.
  @safe func withParameters<Result>(
    _ body: (UnsafeMutablePointer<OSSL_PARAM>) -> Result
  ) throws(PrimitiveError) -> Result {
    let parameters = unsafe try OpenSSL.require(
      OSSL_PARAM_BLD_to_param(builder), .internalFailure, "no parameters")
    defer { unsafe OSSL_PARAM_free(parameters) }
    return unsafe body(parameters)
  }

  private func add(_ name: String, owned value: OpaquePointer) throws(PrimitiveError) {
    unsafe numbers.append(value)
    let status = unsafe OSSL_PARAM_BLD_push_BN(builder, name, value)
    try OpenSSL.check(status, .internalFailure, "a parameter was refused")
  }

  private func keep(
    _ count: Int, _ byte: (Int) -> UInt8
  ) -> UnsafeMutableBufferPointer<UInt8> {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(count, 1))
    unsafe copy.initialize(repeating: 0)
    for index in 0..<count { unsafe copy[index] = byte(index) }
    unsafe copies.append(copy)
    return unsafe UnsafeMutableBufferPointer(rebasing: copy[0..<count])
  }
}

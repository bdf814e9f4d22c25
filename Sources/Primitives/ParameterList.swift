internal import COpenSSL

/// OpenSSL's typed parameters, built up by name; what is secret in them is wiped with them.
@safe
final class ParameterList {
  private let builder: OpaquePointer
  // The builder points at the names and values that it is given, so they live here.
  private var copies: [UnsafeMutableBufferPointer<UInt8>] = unsafe []
  private var secrets: [SecretBytes] = []
  private var numbers: [OpaquePointer] = unsafe []

  init() throws(PrimitiveError) {
    unsafe builder = try OpenSSL.require(
      OSSL_PARAM_BLD_new(), .internalFailure, "no parameter builder")
  }

  deinit {
    unsafe OSSL_PARAM_BLD_free(builder)
    while let copy = unsafe copies.popLast() { unsafe copy.deallocate() }
    while let number = unsafe numbers.popLast() { unsafe BN_clear_free(number) }
  }

  func add(_ name: String, text: String) throws(PrimitiveError) {
    try push(name) { name in
      unsafe OSSL_PARAM_BLD_push_utf8_string(builder, name, keep(text), text.utf8.count)
    }
  }

  func add(_ name: String, bytes: Span<UInt8>) throws(PrimitiveError) {
    let copy = unsafe keep(bytes.count) { bytes[$0] }
    try push(name) { name in
      unsafe OSSL_PARAM_BLD_push_octet_string(builder, name, copy, bytes.count)
    }
  }

  func add(_ name: String, secret: SecretBytes) throws(PrimitiveError) {
    secrets.append(secret)
    try push(name) { name in
      secret.withBytes { bytes in
        // The address stays good: the secret is kept, and its memory never moves.
        bytes.withAddress {
          unsafe OSSL_PARAM_BLD_push_octet_string(builder, name, $0, bytes.count)
        }
      }
    }
  }

  /// Adds a big-endian number that is public.
  func add(_ name: String, number: Span<UInt8>) throws(PrimitiveError) {
    let value = unsafe try OpenSSL.require(
      number.withAddress { unsafe BN_bin2bn($0, Int32(number.count), nil) },
      .internalFailure, "no memory for a number")
    unsafe numbers.append(value)
    try push(name) { unsafe OSSL_PARAM_BLD_push_BN(builder, $0, value) }
  }

  /// Adds a big-endian number that is secret, in OpenSSL's constant-time representation.
  func add(_ name: String, secretNumber: SecretBytes) throws(PrimitiveError) {
    let value = unsafe try OpenSSL.require(
      BN_secure_new(), .internalFailure, "no memory for a number")
    unsafe numbers.append(value)
    secretNumber.withBytes { bytes in
      bytes.withAddress { _ = unsafe BN_bin2bn($0, Int32(bytes.count), value) }
    }
    unsafe BN_set_flags(value, BN_FLG_CONSTTIME)
    try push(name) { unsafe OSSL_PARAM_BLD_push_BN(builder, $0, value) }
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

  @safe private func push(
    _ name: String, _ body: (UnsafePointer<CChar>?) -> Int32
  ) throws(PrimitiveError) {
    try OpenSSL.check(unsafe body(keep(name)), .internalFailure, "a parameter was refused")
  }

  private func keep(_ text: String) -> UnsafePointer<CChar>? {
    let bytes = Array(text.utf8) + [0]
    let copy = unsafe keep(bytes.count) { bytes[$0] }
    return unsafe UnsafeRawPointer(copy)?.assumingMemoryBound(to: CChar.self)
  }

  private func keep(_ count: Int, _ byte: (Int) -> UInt8) -> UnsafeMutablePointer<UInt8>? {
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(count, 1))
    unsafe copy.initialize(repeating: 0)
    for index in 0..<count { unsafe copy[index] = byte(index) }
    unsafe copies.append(copy)
    return copy.baseAddress
  }
}

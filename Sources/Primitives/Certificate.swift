internal import COpenSSL

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// An X.509 certificate (RFC 5280), as far as a key and its dates go.
///
/// Nobody's signature over it is checked: whose key it is, is for people to compare.
@safe
struct Certificate: ~Copyable {
  private let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

  deinit { unsafe X509_free(pointer) }

  func publicKey() throws(PrimitiveError) -> KeyHandle {
    unsafe KeyHandle(
      owning: unsafe try OpenSSL.require(
        X509_get_pubkey(pointer), .invalidKey, "the certificate holds no usable key"))
  }

  /// - Throws: ``PrimitiveError`` `invalidKey`, naming the day, unless it is valid now.
  func checkValidity() throws(PrimitiveError) {
    let start = unsafe X509_get0_notBefore(pointer)
    // -1 is the past, 1 the future, and 0 no time at all.
    guard unsafe X509_cmp_current_time(start) < 0 else {
      throw PrimitiveError(
        .invalidKey, "the certificate is not valid before \(unsafe Self.day(start))")
    }
    let end = unsafe X509_get0_notAfter(pointer)
    guard unsafe X509_cmp_current_time(end) > 0 else {
      throw PrimitiveError(
        .invalidKey, "the certificate has expired on \(unsafe Self.day(end))")
    }
  }

  /// `notAfter` in seconds since 1970.
  func expiresAt() throws(PrimitiveError) -> Int {
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_TIME_free(epoch) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    try OpenSSL.check(
      unsafe ASN1_TIME_diff(&days, &seconds, epoch, X509_get0_notAfter(pointer)), .invalidKey,
      "the certificate's end is not a time")
    return Int(days) * 86400 + Int(seconds)
  }

  /// The day as `2026-11-21`, in UTC.
  private static func day(_ time: UnsafePointer<ASN1_TIME>?) -> String {
    var parts = unsafe tm()
    guard unsafe ASN1_TIME_to_tm(time, &parts) == 1 else { return "no known day" }
    func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return unsafe "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
  }
}

internal import COpenSSL

/// Whether the numbers of a private RSA key belong together.
///
/// OpenSSL's own check also proves the primes prime, which takes a second for a large key and is
/// more than an import needs; these are the equations of RFC 8017 §3.2.
enum RSAConsistency {
  static func check(
    _ publicKey: RSAPublicKey, d: SecretBytes, factors: RSAPrivateKey.Factors?
  ) throws(PrimitiveError) {
    let numbers = try Numbers()
    let n = unsafe numbers.add(publicKey.n.span)
    let e = unsafe numbers.add(publicKey.e.span)
    let d = unsafe numbers.add(d)
    var holds = true
    if let factors {
      let p = unsafe numbers.add(factors.p)
      let q = unsafe numbers.add(factors.q)
      let dp = unsafe numbers.add(factors.dp)
      let dq = unsafe numbers.add(factors.dq)
      let qi = unsafe numbers.add(factors.qi)
      holds = unsafe BN_is_odd(p) == 1 && BN_is_odd(q) == 1
      holds = unsafe holds && numbers.isProduct(n, p, q)
      holds = unsafe holds && numbers.isExponent(e, dp, d, of: p)
      holds = unsafe holds && numbers.isExponent(e, dq, d, of: q)
      holds = unsafe holds && numbers.isInverse(qi, q, modulo: p)
    } else {
      holds = unsafe numbers.isInverseExponent(e, d, n)
    }
    ERR_clear_error()
    guard holds else {
      throw PrimitiveError(.invalidKey, "the numbers of the RSA key do not belong together")
    }
  }

  /// Big numbers that are wiped together.
  @safe
  private final class Numbers {
    private let context: OpaquePointer
    private var values: [OpaquePointer?] = unsafe []

    init() throws(PrimitiveError) {
      unsafe context = unsafe try OpenSSL.require(
        BN_CTX_secure_new(), .internalFailure, "no memory for numbers")
    }

    deinit {
      while let value = unsafe values.popLast() { unsafe BN_clear_free(value) }
      unsafe BN_CTX_free(context)
    }

    private func fresh() -> OpaquePointer? {
      let value = unsafe BN_secure_new()
      unsafe BN_set_flags(value, BN_FLG_CONSTTIME)
      unsafe values.append(value)
      return unsafe value
    }

    func add(_ bytes: Span<UInt8>) -> OpaquePointer? {
      let value = unsafe fresh()
      bytes.withAddress { _ = unsafe BN_bin2bn($0, Int32(bytes.count), value) }
      return unsafe value
    }

    func add(_ secret: SecretBytes) -> OpaquePointer? {
      unsafe secret.withBytes { unsafe add($0) }
    }

    /// n = p × q.
    func isProduct(_ n: OpaquePointer?, _ p: OpaquePointer?, _ q: OpaquePointer?) -> Bool {
      let product = unsafe fresh()
      return unsafe BN_mul(product, p, q, context) == 1 && BN_cmp(product, n) == 0
    }

    /// e × dp ≡ 1 and d ≡ dp, modulo p - 1.
    func isExponent(
      _ e: OpaquePointer?, _ dp: OpaquePointer?, _ d: OpaquePointer?, of p: OpaquePointer?
    ) -> Bool {
      let less = unsafe fresh()
      let product = unsafe fresh()
      let rest = unsafe fresh()
      return unsafe BN_sub(less, p, BN_value_one()) == 1
        && BN_mod_mul(product, e, dp, less, context) == 1 && BN_is_one(product) == 1
        && BN_div(nil, rest, d, less, context) == 1 && BN_cmp(rest, dp) == 0
    }

    /// qi × q ≡ 1 modulo p.
    func isInverse(_ qi: OpaquePointer?, _ q: OpaquePointer?, modulo p: OpaquePointer?) -> Bool {
      let product = unsafe fresh()
      return unsafe BN_mod_mul(product, qi, q, p, context) == 1 && BN_is_one(product) == 1
    }

    /// 2^(e × d) ≡ 2 modulo n, all that can be asked of a key without its primes.
    func isInverseExponent(
      _ e: OpaquePointer?, _ d: OpaquePointer?, _ n: OpaquePointer?
    ) -> Bool {
      let two = unsafe add([2].span)
      let power = unsafe fresh()
      let result = unsafe fresh()
      return unsafe BN_cmp(d, n) < 0 && BN_mod_exp(power, two, d, n, context) == 1
        && BN_mod_exp(result, power, e, n, context) == 1 && BN_cmp(result, two) == 0
    }
  }
}

/// The fingerprint of a broken key generator (CVE-2017-15361).
enum ROCA {
  private static let primes: [UInt32] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
  ]

  /// Whether `modulus` is a power of 65537 modulo each of the primes, as that generator's all are
  /// and one in 2^27 others.
  static func isFingerprint(_ modulus: [UInt8]) -> Bool {
    primes.allSatisfy { prime in
      let rest = modulus.reduce(UInt32(0)) { ($0 << 8 | UInt32($1)) % prime }
      var power: UInt32 = 1
      repeat {
        if power == rest { return true }
        power = power * 65537 % prime
      } while power != 1
      return false
    }
  }
}

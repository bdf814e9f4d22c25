#include "CBase64URL.h"

#include <string.h>

/* Vector code is C because Swift has no byte shuffle. Each vector function takes whole blocks from
   the front and says how much it took; the scalar function does the rest, and everything where there
   are no vectors. No function reads or writes outside what its caller named: a block is only taken
   while the wide load and the wide store both fit. */

/* MARK: Scalar */

/* 65, for the terminator that C puts there. */
static const uint8_t alphabet[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The value of each character; 0xFF, whose high bits tell, for all others. */
static uint8_t values[256];

__attribute__((constructor)) static void fill_values(void) {
  memset(values, 0xFF, sizeof values);
  for (int index = 0; index < 64; index++) values[alphabet[index]] = (uint8_t)index;
}

static void encode_scalar(const uint8_t *in, size_t count, uint8_t *out) {
  for (; count >= 3; count -= 3, in += 3, out += 4) {
    uint32_t bits = (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
    out[0] = alphabet[bits >> 18];
    out[1] = alphabet[bits >> 12 & 63];
    out[2] = alphabet[bits >> 6 & 63];
    out[3] = alphabet[bits & 63];
  }
  if (count == 1) {
    out[0] = alphabet[in[0] >> 2];
    out[1] = alphabet[in[0] << 4 & 63];
  } else if (count == 2) {
    out[0] = alphabet[in[0] >> 2];
    out[1] = alphabet[(in[0] << 4 | in[1] >> 4) & 63];
    out[2] = alphabet[in[1] << 2 & 63];
  }
}

static bool decode_scalar(const uint8_t *in, size_t count, uint8_t *out) {
  uint8_t seen = 0; /* values are below 64, so two bits tell of any stranger */
  for (; count >= 4; count -= 4, in += 4, out += 3) {
    uint8_t a = values[in[0]], b = values[in[1]], c = values[in[2]], d = values[in[3]];
    seen |= a | b | c | d;
    out[0] = (uint8_t)(a << 2 | b >> 4);
    out[1] = (uint8_t)(b << 4 | c >> 2);
    out[2] = (uint8_t)(c << 6 | d);
  }
  uint8_t unused = 0;
  if (count >= 2) {
    uint8_t a = values[in[0]], b = values[in[1]];
    seen |= a | b;
    out[0] = (uint8_t)(a << 2 | b >> 4);
    unused = b & 0x0F;
    if (count == 3) {
      uint8_t c = values[in[2]];
      seen |= c;
      out[1] = (uint8_t)(b << 4 | c >> 2);
      unused = c & 0x03;
    }
  }
  return seen < 64 && unused == 0;
}

/* MARK: x86-64 */

#if defined(__x86_64__)
#include <immintrin.h>

/* Six bits a byte from three bytes each (W. Mula, D. Lemire: Faster Base64 Encoding and Decoding
   using AVX2 Instructions, 2018), then the distance to the character from a table of 16. */

#define SPREAD 1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10
/* 26-51, then 52-61 ten times, 62, 63, then 0-25, which the comparison below sends to index 13. */
#define DISTANCE                                                                             \
  'a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, \
      '0' - 52, '0' - 52, '-' - 62, '_' - 63, 'A', 0, 0
#define GATHER 2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1

__attribute__((target("ssse3"))) static size_t encode_ssse3(const uint8_t *in, size_t count,
                                                             uint8_t *out) {
  const __m128i spread = _mm_setr_epi8(SPREAD), distance = _mm_setr_epi8(DISTANCE);
  size_t done = 0;
  for (; count - done >= 16; done += 12, out += 16) {
    __m128i block = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(in + done)), spread);
    __m128i high = _mm_mulhi_epu16(_mm_and_si128(block, _mm_set1_epi32(0x0FC0FC00)),
                                   _mm_set1_epi32(0x04000040));
    __m128i low = _mm_mullo_epi16(_mm_and_si128(block, _mm_set1_epi32(0x003F03F0)),
                                  _mm_set1_epi32(0x01000010));
    __m128i six = _mm_or_si128(high, low);
    __m128i index = _mm_subs_epu8(six, _mm_set1_epi8(51));
    __m128i upper = _mm_cmpgt_epi8(_mm_set1_epi8(26), six);
    index = _mm_or_si128(index, _mm_and_si128(upper, _mm_set1_epi8(13)));
    _mm_storeu_si128((__m128i *)out, _mm_add_epi8(six, _mm_shuffle_epi8(distance, index)));
  }
  return done;
}

__attribute__((target("avx2"))) static size_t encode_avx2(const uint8_t *in, size_t count,
                                                           uint8_t *out) {
  const __m256i spread = _mm256_setr_epi8(SPREAD, SPREAD);
  const __m256i distance = _mm256_setr_epi8(DISTANCE, DISTANCE);
  size_t done = 0;
  for (; count - done >= 28; done += 24, out += 32) {
    __m256i block = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(in + done))),
        _mm_loadu_si128((const __m128i *)(in + done + 12)), 1);
    block = _mm256_shuffle_epi8(block, spread);
    __m256i high = _mm256_mulhi_epu16(_mm256_and_si256(block, _mm256_set1_epi32(0x0FC0FC00)),
                                      _mm256_set1_epi32(0x04000040));
    __m256i low = _mm256_mullo_epi16(_mm256_and_si256(block, _mm256_set1_epi32(0x003F03F0)),
                                     _mm256_set1_epi32(0x01000010));
    __m256i six = _mm256_or_si256(high, low);
    __m256i index = _mm256_subs_epu8(six, _mm256_set1_epi8(51));
    __m256i upper = _mm256_cmpgt_epi8(_mm256_set1_epi8(26), six);
    index = _mm256_or_si256(index, _mm256_and_si256(upper, _mm256_set1_epi8(13)));
    _mm256_storeu_si256((__m256i *)out,
                        _mm256_add_epi8(six, _mm256_shuffle_epi8(distance, index)));
  }
  return done;
}

/* Decoding compares with the bounds of each range. Bytes from 0x80 on are negative and lie in none.
   What lies in no range is collected and looked at once, at the end. */

__attribute__((target("ssse3"))) static size_t decode_ssse3(const uint8_t *in, size_t count,
                                                             uint8_t *out, bool *valid) {
  const __m128i gather = _mm_setr_epi8(GATHER);
  __m128i all = _mm_set1_epi8(-1);
  size_t done = 0;
  for (; count - done >= 24; done += 16, out += 12) {
    __m128i text = _mm_loadu_si128((const __m128i *)(in + done));
    __m128i upper = _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8('A' - 1)),
                                  _mm_cmpgt_epi8(_mm_set1_epi8('Z' + 1), text));
    __m128i lower = _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8('a' - 1)),
                                  _mm_cmpgt_epi8(_mm_set1_epi8('z' + 1), text));
    __m128i digit = _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8('0' - 1)),
                                  _mm_cmpgt_epi8(_mm_set1_epi8('9' + 1), text));
    __m128i minus = _mm_cmpeq_epi8(text, _mm_set1_epi8('-'));
    __m128i under = _mm_cmpeq_epi8(text, _mm_set1_epi8('_'));
    __m128i shift = _mm_or_si128(
        _mm_or_si128(_mm_and_si128(upper, _mm_set1_epi8(-'A')),
                     _mm_and_si128(lower, _mm_set1_epi8(26 - 'a'))),
        _mm_or_si128(_mm_and_si128(digit, _mm_set1_epi8(52 - '0')),
                     _mm_or_si128(_mm_and_si128(minus, _mm_set1_epi8(62 - '-')),
                                  _mm_and_si128(under, _mm_set1_epi8(63 - '_')))));
    all = _mm_and_si128(
        all, _mm_or_si128(_mm_or_si128(upper, lower),
                          _mm_or_si128(digit, _mm_or_si128(minus, under))));
    __m128i six = _mm_add_epi8(text, shift);
    __m128i pairs = _mm_maddubs_epi16(six, _mm_set1_epi32(0x01400140));
    __m128i words = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
    _mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(words, gather));
  }
  *valid = _mm_movemask_epi8(all) == 0xFFFF;
  return done;
}

__attribute__((target("avx2"))) static size_t decode_avx2(const uint8_t *in, size_t count,
                                                           uint8_t *out, bool *valid) {
  const __m256i gather = _mm256_setr_epi8(GATHER, GATHER);
  const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  __m256i all = _mm256_set1_epi8(-1);
  size_t done = 0;
  for (; count - done >= 48; done += 32, out += 24) {
    __m256i text = _mm256_loadu_si256((const __m256i *)(in + done));
    __m256i upper = _mm256_and_si256(_mm256_cmpgt_epi8(text, _mm256_set1_epi8('A' - 1)),
                                     _mm256_cmpgt_epi8(_mm256_set1_epi8('Z' + 1), text));
    __m256i lower = _mm256_and_si256(_mm256_cmpgt_epi8(text, _mm256_set1_epi8('a' - 1)),
                                     _mm256_cmpgt_epi8(_mm256_set1_epi8('z' + 1), text));
    __m256i digit = _mm256_and_si256(_mm256_cmpgt_epi8(text, _mm256_set1_epi8('0' - 1)),
                                     _mm256_cmpgt_epi8(_mm256_set1_epi8('9' + 1), text));
    __m256i minus = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('-'));
    __m256i under = _mm256_cmpeq_epi8(text, _mm256_set1_epi8('_'));
    __m256i shift = _mm256_or_si256(
        _mm256_or_si256(_mm256_and_si256(upper, _mm256_set1_epi8(-'A')),
                        _mm256_and_si256(lower, _mm256_set1_epi8(26 - 'a'))),
        _mm256_or_si256(_mm256_and_si256(digit, _mm256_set1_epi8(52 - '0')),
                        _mm256_or_si256(_mm256_and_si256(minus, _mm256_set1_epi8(62 - '-')),
                                        _mm256_and_si256(under, _mm256_set1_epi8(63 - '_')))));
    all = _mm256_and_si256(
        all, _mm256_or_si256(_mm256_or_si256(upper, lower),
                             _mm256_or_si256(digit, _mm256_or_si256(minus, under))));
    __m256i six = _mm256_add_epi8(text, shift);
    __m256i pairs = _mm256_maddubs_epi16(six, _mm256_set1_epi32(0x01400140));
    __m256i words = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(words, gather), join);
    _mm256_storeu_si256((__m256i *)out, bytes);
  }
  *valid = _mm256_movemask_epi8(all) == -1;
  return done;
}

valise_base64url_level valise_base64url_best_level(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) return VALISE_BASE64URL_VECTOR32;
  if (__builtin_cpu_supports("ssse3")) return VALISE_BASE64URL_VECTOR16;
  return VALISE_BASE64URL_SCALAR;
}

static size_t encode_blocks(const uint8_t *in, size_t count, uint8_t *out,
                            valise_base64url_level level) {
  if (level == VALISE_BASE64URL_VECTOR32) return encode_avx2(in, count, out);
  if (level == VALISE_BASE64URL_VECTOR16) return encode_ssse3(in, count, out);
  return 0;
}

static size_t decode_blocks(const uint8_t *in, size_t count, uint8_t *out, bool *valid,
                            valise_base64url_level level) {
  if (level == VALISE_BASE64URL_VECTOR32) return decode_avx2(in, count, out, valid);
  if (level == VALISE_BASE64URL_VECTOR16) return decode_ssse3(in, count, out, valid);
  return 0;
}

/* MARK: arm64 */

#elif defined(__aarch64__)
#include <arm_neon.h>

/* NEON loads three bytes apart and stores four, and looks up 64 entries at once. */

static size_t encode_neon(const uint8_t *in, size_t count, uint8_t *out) {
  const uint8x16x4_t table = vld1q_u8_x4(alphabet);
  const uint8x16_t mask = vdupq_n_u8(63);
  size_t done = 0;
  for (; count - done >= 48; done += 48, out += 64) {
    uint8x16x3_t block = vld3q_u8(in + done);
    uint8x16x4_t text;
    text.val[0] = vqtbl4q_u8(table, vshrq_n_u8(block.val[0], 2));
    text.val[1] = vqtbl4q_u8(
        table, vandq_u8(vorrq_u8(vshlq_n_u8(block.val[0], 4), vshrq_n_u8(block.val[1], 4)), mask));
    text.val[2] = vqtbl4q_u8(
        table, vandq_u8(vorrq_u8(vshlq_n_u8(block.val[1], 2), vshrq_n_u8(block.val[2], 6)), mask));
    text.val[3] = vqtbl4q_u8(table, vandq_u8(block.val[2], mask));
    vst4q_u8(out, text);
  }
  return done;
}

static inline uint8x16_t values_neon(uint8x16_t text, uint8x16_t *all) {
  uint8x16_t upper = vandq_u8(vcgeq_u8(text, vdupq_n_u8('A')), vcleq_u8(text, vdupq_n_u8('Z')));
  uint8x16_t lower = vandq_u8(vcgeq_u8(text, vdupq_n_u8('a')), vcleq_u8(text, vdupq_n_u8('z')));
  uint8x16_t digit = vandq_u8(vcgeq_u8(text, vdupq_n_u8('0')), vcleq_u8(text, vdupq_n_u8('9')));
  uint8x16_t minus = vceqq_u8(text, vdupq_n_u8('-'));
  uint8x16_t under = vceqq_u8(text, vdupq_n_u8('_'));
  uint8x16_t shift =
      vorrq_u8(vorrq_u8(vandq_u8(upper, vdupq_n_u8((uint8_t)-'A')),
                        vandq_u8(lower, vdupq_n_u8((uint8_t)(26 - 'a')))),
               vorrq_u8(vandq_u8(digit, vdupq_n_u8(52 - '0')),
                        vorrq_u8(vandq_u8(minus, vdupq_n_u8(62 - '-')),
                                 vandq_u8(under, vdupq_n_u8((uint8_t)(63 - '_'))))));
  *all = vandq_u8(*all, vorrq_u8(vorrq_u8(upper, lower), vorrq_u8(digit, vorrq_u8(minus, under))));
  return vaddq_u8(text, shift);
}

static size_t decode_neon(const uint8_t *in, size_t count, uint8_t *out, bool *valid) {
  uint8x16_t all = vdupq_n_u8(0xFF);
  size_t done = 0;
  for (; count - done >= 64; done += 64, out += 48) {
    uint8x16x4_t text = vld4q_u8(in + done);
    uint8x16_t a = values_neon(text.val[0], &all), b = values_neon(text.val[1], &all);
    uint8x16_t c = values_neon(text.val[2], &all), d = values_neon(text.val[3], &all);
    uint8x16x3_t bytes;
    bytes.val[0] = vorrq_u8(vshlq_n_u8(a, 2), vshrq_n_u8(b, 4));
    bytes.val[1] = vorrq_u8(vshlq_n_u8(b, 4), vshrq_n_u8(c, 2));
    bytes.val[2] = vorrq_u8(vshlq_n_u8(c, 6), d);
    vst3q_u8(out, bytes);
  }
  *valid = vminvq_u8(all) == 0xFF;
  return done;
}

valise_base64url_level valise_base64url_best_level(void) { return VALISE_BASE64URL_VECTOR16; }

static size_t encode_blocks(const uint8_t *in, size_t count, uint8_t *out,
                            valise_base64url_level level) {
  return level == VALISE_BASE64URL_SCALAR ? 0 : encode_neon(in, count, out);
}

static size_t decode_blocks(const uint8_t *in, size_t count, uint8_t *out, bool *valid,
                            valise_base64url_level level) {
  return level == VALISE_BASE64URL_SCALAR ? 0 : decode_neon(in, count, out, valid);
}

/* MARK: Others */

#else

valise_base64url_level valise_base64url_best_level(void) { return VALISE_BASE64URL_SCALAR; }

static size_t encode_blocks(const uint8_t *in, size_t count, uint8_t *out,
                            valise_base64url_level level) {
  (void)in, (void)count, (void)out, (void)level;
  return 0;
}

static size_t decode_blocks(const uint8_t *in, size_t count, uint8_t *out, bool *valid,
                            valise_base64url_level level) {
  (void)in, (void)count, (void)out, (void)valid, (void)level;
  return 0;
}

#endif

/* MARK: All */

void valise_base64url_encode(const uint8_t *bytes, size_t count, uint8_t *text,
                             valise_base64url_level level) {
  size_t done = encode_blocks(bytes, count, text, level);
  encode_scalar(bytes + done, count - done, text + done / 3 * 4);
}

bool valise_base64url_decode(const uint8_t *text, size_t count, uint8_t *bytes,
                             valise_base64url_level level) {
  bool valid = true;
  size_t done = decode_blocks(text, count, bytes, &valid, level);
  return decode_scalar(text + done, count - done, bytes + done / 4 * 3) && valid;
}

size_t valise_base64url_leading(const uint8_t *text, size_t count) {
  size_t leading = 0;
  while (leading < count && values[text[leading]] < 64) leading++;
  return leading;
}

#include "blocks.h"

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

__attribute__((target("ssse3"))) static inline __m128i values_ssse3(__m128i text, __m128i *all) {
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
  *all = _mm_and_si128(
      *all, _mm_or_si128(_mm_or_si128(upper, lower),
                         _mm_or_si128(digit, _mm_or_si128(minus, under))));
  return _mm_add_epi8(text, shift);
}

__attribute__((target("ssse3"))) static size_t decode_ssse3(const uint8_t *in, size_t count,
                                                             uint8_t *out, bool *valid) {
  const __m128i gather = _mm_setr_epi8(GATHER);
  __m128i all = _mm_set1_epi8(-1);
  size_t done = 0;
  for (; count - done >= 24; done += 16, out += 12) {
    __m128i six = values_ssse3(_mm_loadu_si128((const __m128i *)(in + done)), &all);
    __m128i pairs = _mm_maddubs_epi16(six, _mm_set1_epi32(0x01400140));
    __m128i words = _mm_madd_epi16(pairs, _mm_set1_epi32(0x00011000));
    _mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(words, gather));
  }
  *valid = _mm_movemask_epi8(all) == 0xFFFF;
  return done;
}

__attribute__((target("ssse3"))) static size_t leading_ssse3(const uint8_t *in, size_t count) {
  size_t done = 0;
  for (; count - done >= 16; done += 16) {
    __m128i all = _mm_set1_epi8(-1);
    values_ssse3(_mm_loadu_si128((const __m128i *)(in + done)), &all);
    if (_mm_movemask_epi8(all) != 0xFFFF) break;
  }
  return done;
}

__attribute__((target("avx2"))) static inline __m256i values_avx2(__m256i text, __m256i *all) {
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
  *all = _mm256_and_si256(
      *all, _mm256_or_si256(_mm256_or_si256(upper, lower),
                         _mm256_or_si256(digit, _mm256_or_si256(minus, under))));
  return _mm256_add_epi8(text, shift);
}

__attribute__((target("avx2"))) static size_t decode_avx2(const uint8_t *in, size_t count,
                                                           uint8_t *out, bool *valid) {
  const __m256i gather = _mm256_setr_epi8(GATHER, GATHER);
  const __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);
  __m256i all = _mm256_set1_epi8(-1);
  size_t done = 0;
  for (; count - done >= 48; done += 32, out += 24) {
    __m256i six = values_avx2(_mm256_loadu_si256((const __m256i *)(in + done)), &all);
    __m256i pairs = _mm256_maddubs_epi16(six, _mm256_set1_epi32(0x01400140));
    __m256i words = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
    __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(words, gather), join);
    _mm256_storeu_si256((__m256i *)out, bytes);
  }
  *valid = _mm256_movemask_epi8(all) == -1;
  return done;
}

__attribute__((target("avx2"))) static size_t leading_avx2(const uint8_t *in, size_t count) {
  size_t done = 0;
  for (; count - done >= 32; done += 32) {
    __m256i all = _mm256_set1_epi8(-1);
    values_avx2(_mm256_loadu_si256((const __m256i *)(in + done)), &all);
    if (_mm256_movemask_epi8(all) != -1) break;
  }
  return done;
}

valise_base64url_level valise_base64url_best_level(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) return VALISE_BASE64URL_VECTOR32;
  if (__builtin_cpu_supports("ssse3")) return VALISE_BASE64URL_VECTOR16;
  return VALISE_BASE64URL_SCALAR;
}

size_t valise_encode_blocks(const uint8_t *in, size_t count, uint8_t *out,
                            valise_base64url_level level) {
  if (level == VALISE_BASE64URL_VECTOR32) return encode_avx2(in, count, out);
  if (level == VALISE_BASE64URL_VECTOR16) return encode_ssse3(in, count, out);
  return 0;
}

size_t valise_decode_blocks(const uint8_t *in, size_t count, uint8_t *out, bool *valid,
                            valise_base64url_level level) {
  if (level == VALISE_BASE64URL_VECTOR32) return decode_avx2(in, count, out, valid);
  if (level == VALISE_BASE64URL_VECTOR16) return decode_ssse3(in, count, out, valid);
  return 0;
}

size_t valise_leading_blocks(const uint8_t *in, size_t count, valise_base64url_level level) {
  if (level == VALISE_BASE64URL_VECTOR32) return leading_avx2(in, count);
  if (level == VALISE_BASE64URL_VECTOR16) return leading_ssse3(in, count);
  return 0;
}

#endif

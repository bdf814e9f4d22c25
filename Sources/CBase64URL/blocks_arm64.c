#include "blocks.h"

#if defined(__aarch64__)
#include <arm_neon.h>

/* NEON loads three bytes apart and stores four, and looks up 64 entries at once. */

static size_t encode_neon(const uint8_t *in, size_t count, uint8_t *out) {
  const uint8x16x4_t table = vld1q_u8_x4(valise_base64url_alphabet);
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

static size_t leading_neon(const uint8_t *in, size_t count) {
  size_t done = 0;
  for (; count - done >= 16; done += 16) {
    uint8x16_t all = vdupq_n_u8(0xFF);
    values_neon(vld1q_u8(in + done), &all);
    if (vminvq_u8(all) != 0xFF) break;
  }
  return done;
}

valise_base64url_level valise_base64url_best_level(void) { return VALISE_BASE64URL_VECTOR16; }

size_t valise_encode_blocks(const uint8_t *in, size_t count, uint8_t *out,
                            valise_base64url_level level) {
  return level == VALISE_BASE64URL_SCALAR ? 0 : encode_neon(in, count, out);
}

size_t valise_decode_blocks(const uint8_t *in, size_t count, uint8_t *out, bool *valid,
                            valise_base64url_level level) {
  return level == VALISE_BASE64URL_SCALAR ? 0 : decode_neon(in, count, out, valid);
}

size_t valise_leading_blocks(const uint8_t *in, size_t count, valise_base64url_level level) {
  return level == VALISE_BASE64URL_SCALAR ? 0 : leading_neon(in, count);
}

#endif

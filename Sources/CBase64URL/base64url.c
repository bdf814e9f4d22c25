#include "blocks.h"

#include <string.h>

/* Vector code is C because Swift has no byte shuffle. Vectors take the blocks from the front; the scalar
   functions do the rest, and everything where there are no vectors. */

/* MARK: Scalar */

const uint8_t valise_base64url_alphabet[65] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* The value of each character; 0xFF, whose high bits tell, for all others. */
static uint8_t values[256];

__attribute__((constructor)) static void fill_values(void) {
  memset(values, 0xFF, sizeof values);
  for (int index = 0; index < 64; index++) values[valise_base64url_alphabet[index]] = (uint8_t)index;
}

static void encode_scalar(const uint8_t *in, size_t count, uint8_t *out) {
  const uint8_t *alphabet = valise_base64url_alphabet;
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

/* MARK: No vectors */

#if !defined(__x86_64__) && !defined(__aarch64__)

valise_base64url_level valise_base64url_best_level(void) { return VALISE_BASE64URL_SCALAR; }

size_t valise_encode_blocks(const uint8_t *in, size_t count, uint8_t *out,
                            valise_base64url_level level) {
  (void)in, (void)count, (void)out, (void)level;
  return 0;
}

size_t valise_decode_blocks(const uint8_t *in, size_t count, uint8_t *out, bool *valid,
                            valise_base64url_level level) {
  (void)in, (void)count, (void)out, (void)valid, (void)level;
  return 0;
}

size_t valise_leading_blocks(const uint8_t *in, size_t count, valise_base64url_level level) {
  (void)in, (void)count, (void)level;
  return 0;
}

#endif

/* MARK: All */

void valise_base64url_encode(const uint8_t *bytes, size_t count, uint8_t *text,
                             valise_base64url_level level) {
  size_t done = valise_encode_blocks(bytes, count, text, level);
  encode_scalar(bytes + done, count - done, text + done / 3 * 4);
}

bool valise_base64url_decode(const uint8_t *text, size_t count, uint8_t *bytes,
                             valise_base64url_level level) {
  bool valid = true;
  size_t done = valise_decode_blocks(text, count, bytes, &valid, level);
  return decode_scalar(text + done, count - done, bytes + done / 4 * 3) && valid;
}

size_t valise_base64url_leading(const uint8_t *text, size_t count, valise_base64url_level level) {
  size_t leading = valise_leading_blocks(text, count, level);
  while (leading < count && values[text[leading]] < 64) leading++;
  return leading;
}

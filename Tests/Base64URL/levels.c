/* Holds the vector code of this processor against the scalar code, which is simple enough to be
   believed. Plain C, so that it can be built for another processor and run in an emulator. */

#include "CBase64URL.h"

#include <stdio.h>
#include <string.h>

enum { longest = 200, room = 2 * longest };

static long comparisons = 0, failures = 0;

static void expect(bool holds, const char *what, valise_base64url_level level, size_t count) {
  comparisons++;
  if (holds) return;
  if (failures++ < 10) printf("level %d, %zu bytes: %s\n", (int)level, count, what);
}

/* xorshift64: the same bytes in every run. */
static uint8_t random_byte(void) {
  static uint64_t state = 0x9E3779B97F4A7C15u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint8_t)(state >> 24);
}

/* The bytes at the very end of a buffer, so that a sanitizer sees whoever reads behind them. */
static const uint8_t *at_end(uint8_t buffer[room], const uint8_t *bytes, size_t count) {
  return memcpy(buffer + room - count, bytes, count);
}

/* All of both outputs is compared, and so is what lies behind what was to be written. */
static void compare_encoding(const uint8_t *bytes, size_t count, valise_base64url_level level) {
  uint8_t input[room], expected[room], text[room];
  memset(expected, 0xA5, room);
  memset(text, 0xA5, room);
  bytes = at_end(input, bytes, count);
  valise_base64url_encode(bytes, count, expected, VALISE_BASE64URL_SCALAR);
  valise_base64url_encode(bytes, count, text, level);
  expect(memcmp(text, expected, room) == 0, "the texts differ", level, count);
}

static void compare_decoding(const uint8_t *text, size_t count, valise_base64url_level level) {
  uint8_t input[room], expected[room], bytes[room];
  memset(expected, 0xA5, room);
  memset(bytes, 0xA5, room);
  text = at_end(input, text, count);
  bool is_valid = valise_base64url_decode(text, count, expected, VALISE_BASE64URL_SCALAR);
  bool is_taken = valise_base64url_decode(text, count, bytes, level);
  expect(is_taken == is_valid, "one takes what the other refuses", level, count);
  /* What a refused text leaves behind means nothing, but it may not lie outside. */
  size_t start = is_valid ? 0 : count / 4 * 3 + 3;
  expect(memcmp(bytes + start, expected + start, room - start) == 0, "the bytes differ", level,
         count);
  expect(valise_base64url_leading(text, count, VALISE_BASE64URL_SCALAR) ==
             valise_base64url_leading(text, count, level),
         "they count differently", level, count);
}

/* Every length, with random bytes, with their text, and with text that is anything. */
static void compare_lengths(valise_base64url_level level) {
  for (size_t count = 0; count <= longest; count++) {
    for (int round = 0; round < 20; round++) {
      uint8_t bytes[longest], text[room];
      for (size_t index = 0; index < count; index++) bytes[index] = random_byte();
      compare_encoding(bytes, count, level);
      if (count % 4 != 1) compare_decoding(bytes, count, level);
      if (count > longest * 3 / 4) continue;
      valise_base64url_encode(bytes, count, text, VALISE_BASE64URL_SCALAR);
      compare_decoding(text, count / 3 * 4 + (count % 3 ? count % 3 + 1 : 0), level);
    }
  }
}

/* Every byte at every position of some blocks and of the scalar end behind them. */
static void compare_strangers(size_t count, valise_base64url_level level) {
  uint8_t bytes[longest], text[room];
  for (size_t index = 0; index < count * 3 / 4; index++) bytes[index] = random_byte();
  valise_base64url_encode(bytes, count * 3 / 4, text, VALISE_BASE64URL_SCALAR);
  for (size_t position = 0; position < count; position++) {
    uint8_t own = text[position];
    for (int byte = 0; byte < 256; byte++) {
      text[position] = (uint8_t)byte;
      compare_decoding(text, count, level);
    }
    text[position] = own;
  }
}

/* Two strangers that could make up for each other in a sum or an exclusive or, anywhere. */
static void compare_pairs(valise_base64url_level level) {
  enum { count = 128 };
  for (int round = 0; round < 200000; round++) {
    uint8_t text[count];
    memset(text, 'A' + round % 26, count);
    uint8_t stranger = random_byte();
    text[random_byte() % count] = stranger;
    text[random_byte() % count] = round % 2 ? stranger : (uint8_t)~stranger;
    compare_decoding(text, count, level);
  }
}

int main(void) {
  valise_base64url_level best = valise_base64url_best_level();
  for (int level = VALISE_BASE64URL_VECTOR16; level <= (int)best; level++) {
    compare_lengths(level);
    for (size_t count = 128; count <= 131; count++)
      if (count % 4 != 1) compare_strangers(count, level);
    compare_pairs(level);
  }
  printf("base64url: best level %d, %ld comparisons, %ld differences\n", (int)best, comparisons,
         failures);
  return failures > 0 || comparisons == 0;
}

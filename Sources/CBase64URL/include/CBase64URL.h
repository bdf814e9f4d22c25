#ifndef VALISE_CBASE64URL_H
#define VALISE_CBASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Base64url without padding (RFC 4648 section 5), strict and canonical, as fast as the processor's
   vectors allow. */

/* Which code runs. The scalar one is the reference that the others are tested against. */
typedef enum {
  VALISE_BASE64URL_SCALAR = 0,
  VALISE_BASE64URL_VECTOR16 = 1, /* SSSE3 or NEON */
  VALISE_BASE64URL_VECTOR32 = 2  /* AVX2 */
} valise_base64url_level;

/* The best level of this processor. */
valise_base64url_level valise_base64url_best_level(void);

/* Writes the text of count bytes: count / 3 * 4 characters, and 2 or 3 more for a rest of 1 or 2. */
void valise_base64url_encode(const uint8_t *bytes, size_t count, uint8_t *text,
                             valise_base64url_level level);

/* Writes the bytes of a text of count characters, count % 4 not being 1: count / 4 * 3 bytes, and 1
   or 2 more for a rest of 2 or 3. False unless every character is of the alphabet and the bits that
   the last one does not use are zero; what was written then means nothing. */
bool valise_base64url_decode(const uint8_t *text, size_t count, uint8_t *bytes,
                             valise_base64url_level level);

/* How many characters of the alphabet a text of count characters begins with. */
size_t valise_base64url_leading(const uint8_t *text, size_t count, valise_base64url_level level);

#endif

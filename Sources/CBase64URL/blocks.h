#ifndef VALISE_BASE64URL_BLOCKS_H
#define VALISE_BASE64URL_BLOCKS_H

#include "CBase64URL.h"

/* What each kind of processor does its own way. Each function takes whole blocks from the front and
   says how much of `in` it took, which may be nothing. None reads or writes outside what its caller
   named: a block is only taken while the wide load and the wide store both fit. */

/* RFC 4648 section 5; 65, for the terminator that C puts there. */
extern const uint8_t valise_base64url_alphabet[65];

size_t valise_encode_blocks(const uint8_t *in, size_t count, uint8_t *out,
                            valise_base64url_level level);

/* Sets *valid when it took any: whether all that it took is of the alphabet. */
size_t valise_decode_blocks(const uint8_t *in, size_t count, uint8_t *out, bool *valid,
                            valise_base64url_level level);

/* Takes blocks while they are all of the alphabet. */
size_t valise_leading_blocks(const uint8_t *in, size_t count, valise_base64url_level level);

#endif

#ifndef VALISE_CZLIB_SHIM_H
#define VALISE_CZLIB_SHIM_H

#include <zlib.h>

/* inflateInit2 is a function-like macro, which Swift does not import. */
static inline int valise_inflate_init_raw(z_streamp stream) { return inflateInit2(stream, -MAX_WBITS); }

#endif

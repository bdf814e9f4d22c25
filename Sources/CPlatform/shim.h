#ifndef VALISE_CPLATFORM_SHIM_H
#define VALISE_CPLATFORM_SHIM_H

#ifdef __linux__
#include <sys/prctl.h>

/* prctl is variadic, which Swift does not import. No core dump, and no other process of the same
   user reads this one's memory. */
static inline int valise_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
#else
static inline int valise_forbid_dumps(void) { return 0; }
#endif

#endif

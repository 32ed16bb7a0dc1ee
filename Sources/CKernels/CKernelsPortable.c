// The kernels in plain C with vectors of 16 bytes: every architecture has those.
#if defined(__aarch64__)
#define CK_HAS_FMA 1
#endif
#define CK_WIDTH 4
#define CK_TABLE ck_functions_portable
#define CK_TABLE_NAME "portable"
#include "CKernelsBody.h"

// The tables that the instruction sets define and the dispatch chooses from.
#ifndef CK_TABLES_H
#define CK_TABLES_H

#include "CKernels.h"

#if defined(__x86_64__)
#define CK_HAS_X86 1
#endif

extern const ck_functions ck_functions_portable;
#ifdef CK_HAS_X86
extern const ck_functions ck_functions_avx2;
extern const ck_functions ck_functions_avx512;
extern const ck_rounded_product ck_product_bfloat16_avx512;
#endif

#endif

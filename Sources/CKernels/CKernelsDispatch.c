// Which table a process uses.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "Tables.h"

const ck_functions *ck_functions_for(ck_instruction_set set) {
  switch (set) {
    case CK_PORTABLE: return &ck_functions_portable;
#ifdef CK_HAS_X86
    // The compiler's run-time library also asks whether the system saves the wide registers.
    case CK_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &ck_functions_avx2
                                                                             : NULL;
    case CK_AVX512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                 __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
               ? &ck_functions_avx512
               : NULL;
#endif
    default: return NULL;
  }
}

const ck_rounded_product *ck_bfloat16_product(void) {
#ifdef CK_HAS_X86
  if (ck_functions_for(CK_AVX512) && __builtin_cpu_supports("avx512bf16")) {
    return &ck_product_bfloat16_avx512;
  }
#endif
  return NULL;
}

static ck_instruction_set widest_wanted(void) {
  const char *wanted = getenv("ATTENTION_INSTRUCTIONS");
  if (wanted && strcmp(wanted, "portable") == 0) return CK_PORTABLE;
  if (wanted && strcmp(wanted, "avx2") == 0) return CK_AVX2;
  return CK_AVX512;
}

const ck_functions *ck_best_functions(void) {
  // Threads that come first at the same time all find the same answer, so no lock is needed.
  static _Atomic(const ck_functions *) chosen = NULL;
  const ck_functions *best = atomic_load_explicit(&chosen, memory_order_acquire);
  if (best) return best;
  for (int set = (int)widest_wanted(); !best; set--) {
    best = ck_functions_for((ck_instruction_set)set);
  }
  atomic_store_explicit(&chosen, best, memory_order_release);
  return best;
}

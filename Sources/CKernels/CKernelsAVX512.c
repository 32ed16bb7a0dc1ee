// The kernels for AVX-512 (Skylake-X 2017, Zen 4 2022). The features are named one by one: an
// architecture level such as x86-64-v4 would make the compiler prefer 256-bit registers.
#include "Tables.h"
#ifdef CK_HAS_X86

#include <immintrin.h>
#include <math.h>
#include <string.h>

#pragma clang attribute push( \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)

typedef float ck_partial __attribute__((ext_vector_type(16)));

static inline __attribute__((always_inline)) __mmask16 ck_lanes_below(size_t k) {
  return (__mmask16)((1u << k) - 1);
}

static inline __attribute__((always_inline)) ck_partial ck_load_partial(
  const float *p, size_t k, float fill) {
  return (ck_partial)_mm512_mask_loadu_ps(_mm512_set1_ps(fill), ck_lanes_below(k), p);
}

static inline __attribute__((always_inline)) void ck_store_partial(
  float *p, ck_partial v, size_t k) {
  _mm512_mask_storeu_ps(p, ck_lanes_below(k), (__m512)v);
}

// p 2^n in one instruction, subnormal results and overflow included.
static inline __attribute__((always_inline)) ck_partial ck_scale_by_power(
  ck_partial p, ck_partial n) {
  return (ck_partial)_mm512_scalef_ps((__m512)p, (__m512)n);
}

// 1 / x to 14 bits.
static inline __attribute__((always_inline)) ck_partial ck_estimate_reciprocal(ck_partial x) {
  return (ck_partial)_mm512_rcp14_ps((__m512)x);
}

#define CK_HAS_PARTIAL 1
#define CK_HAS_ESTIMATE 1
#define CK_HAS_SCALE 1
#define CK_HAS_FMA 1
#define CK_WIDTH 16
#define CK_TABLE ck_functions_avx512
#define CK_TABLE_NAME "AVX-512"
#include "CKernelsBody.h"

#pragma clang attribute pop

#endif

// The kernels for AVX2 with FMA (Haswell 2013, Zen 2017).
#include "Tables.h"
#ifdef CK_HAS_X86

#include <immintrin.h>
#include <math.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

typedef float ck_partial __attribute__((ext_vector_type(8)));

static inline __attribute__((always_inline)) __m256i ck_lanes_below(size_t k) {
  return _mm256_cmpgt_epi32(
    _mm256_set1_epi32((int)k), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

static inline __attribute__((always_inline)) ck_partial ck_load_partial(
  const float *p, size_t k, float fill) {
  const __m256i mask = ck_lanes_below(k);
  return (ck_partial)_mm256_blendv_ps(
    _mm256_set1_ps(fill), _mm256_maskload_ps(p, mask), _mm256_castsi256_ps(mask));
}

static inline __attribute__((always_inline)) void ck_store_partial(
  float *p, ck_partial v, size_t k) {
  _mm256_maskstore_ps(p, ck_lanes_below(k), (__m256)v);
}

#define CK_HAS_PARTIAL 1
#define CK_HAS_FMA 1
#define CK_WIDTH 8
#define CK_TABLE ck_functions_avx2
#define CK_TABLE_NAME "AVX2"
#include "CKernelsBody.h"

#pragma clang attribute pop

#endif

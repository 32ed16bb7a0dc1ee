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

// Writes 16 rows as 16 columns, in rows of 32 (PackedProduct.h).
static inline __attribute__((always_inline)) void ck_transpose_square(
  const float *source, size_t ld, float *target) {
#define CK_UNROLL _Pragma("clang loop unroll(full)")
  __m512 pairs[16], fours[16];
  CK_UNROLL for (int i = 0; i < 8; i++) {
    const __m512 even = _mm512_loadu_ps(source + 2 * i * ld);
    const __m512 odd = _mm512_loadu_ps(source + (2 * i + 1) * ld);
    pairs[2 * i] = _mm512_unpacklo_ps(even, odd);
    pairs[2 * i + 1] = _mm512_unpackhi_ps(even, odd);
  }
  // fours[4 g + q] has, in its part l of four floats, column 4 l + q of rows 4 g to 4 g + 3.
  CK_UNROLL for (int g = 0; g < 4; g++) {
    CK_UNROLL for (int half = 0; half < 2; half++) {
      const __m512d upper = _mm512_castps_pd(pairs[4 * g + half]);
      const __m512d lower = _mm512_castps_pd(pairs[4 * g + 2 + half]);
      fours[4 * g + 2 * half] = _mm512_castpd_ps(_mm512_unpacklo_pd(upper, lower));
      fours[4 * g + 2 * half + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(upper, lower));
    }
  }
  CK_UNROLL for (int q = 0; q < 4; q++) {
    // Parts 0 and 2, and 1 and 3, of rows 0 to 7 and of rows 8 to 15.
    const __m512 even = _mm512_shuffle_f32x4(fours[q], fours[4 + q], 0x88);
    const __m512 odd = _mm512_shuffle_f32x4(fours[q], fours[4 + q], 0xdd);
    const __m512 even_below = _mm512_shuffle_f32x4(fours[8 + q], fours[12 + q], 0x88);
    const __m512 odd_below = _mm512_shuffle_f32x4(fours[8 + q], fours[12 + q], 0xdd);
    _mm512_storeu_ps(target + q * 32, _mm512_shuffle_f32x4(even, even_below, 0x88));
    _mm512_storeu_ps(target + (4 + q) * 32, _mm512_shuffle_f32x4(odd, odd_below, 0x88));
    _mm512_storeu_ps(target + (8 + q) * 32, _mm512_shuffle_f32x4(even, even_below, 0xdd));
    _mm512_storeu_ps(target + (12 + q) * 32, _mm512_shuffle_f32x4(odd, odd_below, 0xdd));
  }
#undef CK_UNROLL
}

#define CK_HAS_TRANSPOSE 1
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

// The vocabulary of all kernels: vectors of CK_WIDTH lanes, loads and stores of whole and partial
// vectors, selection, sums over lanes. The including file defines CK_WIDTH and, where the instruction
// set has something better than plain C, the CK_HAS_… hooks below.
//
// Multiply-add is written as ck_madd and never left to the compiler, so that an element comes out the
// same in the main loop and in the tail, and results do not change with the optimisation level.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define CK_INLINE static inline __attribute__((always_inline, unused))

typedef float ck_v2f __attribute__((ext_vector_type(2)));
typedef float ck_v4f __attribute__((ext_vector_type(4)));
typedef float ck_v8f __attribute__((ext_vector_type(8)));
typedef float vf __attribute__((ext_vector_type(CK_WIDTH)));
typedef double vd __attribute__((ext_vector_type(CK_WIDTH)));
typedef int32_t vi __attribute__((ext_vector_type(CK_WIDTH)));  // also the masks: 0 or -1
typedef uint32_t vu __attribute__((ext_vector_type(CK_WIDTH)));
typedef uint8_t vb __attribute__((ext_vector_type(CK_WIDTH)));

// ---- loops ----

// Runs the body for i = 0, k, 2k, … with k = CK_WIDTH (a constant, so loads and stores are whole), and
// once more with the k that are left.
#define CK_EACH(i, k, n, ...)                         \
  {                                                   \
    const size_t i##_count = (n);                     \
    size_t i = 0;                                     \
    {                                                 \
      enum { k = CK_WIDTH };                          \
      for (; i + k <= i##_count; i += k) __VA_ARGS__  \
    }                                                 \
    if (i < i##_count) {                              \
      const size_t k = i##_count - i;                 \
      __VA_ARGS__                                     \
    }                                                 \
  }

// The same for reductions: `lane` in 0…3 names one of four accumulators, which hides the latency of
// the additions.
#define CK_EACH4(i, k, lane, n, ...)                                     \
  {                                                                      \
    const size_t i##_count = (n);                                        \
    size_t i##_start = 0;                                                \
    {                                                                    \
      enum { k = CK_WIDTH };                                             \
      for (; i##_start + 4 * k <= i##_count; i##_start += 4 * k) {       \
        _Pragma("clang loop unroll(full)") for (int lane = 0; lane < 4; lane++) { \
          const size_t i = i##_start + (size_t)lane * k;                 \
          __VA_ARGS__                                                    \
        }                                                                \
      }                                                                  \
    }                                                                    \
    const size_t i##_rest = i##_start;                                   \
    CK_EACH(i##_offset, k, i##_count - i##_rest, {                       \
      enum { lane = 0 };                                                 \
      const size_t i = i##_rest + i##_offset;                            \
      __VA_ARGS__                                                        \
    })                                                                   \
  }

// ---- memory: k lanes, the others are `fill` or 0 ----

CK_INLINE vf ck_load_or(const float *p, size_t k, float fill) {
  vf v;
  if (k >= CK_WIDTH) {
    memcpy(&v, p, sizeof v);
    return v;
  }
#ifdef CK_HAS_PARTIAL
  return ck_load_partial(p, k, fill);
#else
  v = (vf)(fill);
  for (size_t lane = 0; lane < k; lane++) v[lane] = p[lane];
  return v;
#endif
}

CK_INLINE vf ck_load(const float *p, size_t k) { return ck_load_or(p, k, 0.0f); }

CK_INLINE void ck_store(float *p, vf v, size_t k) {
  if (k >= CK_WIDTH) {
    memcpy(p, &v, sizeof v);
    return;
  }
#ifdef CK_HAS_PARTIAL
  ck_store_partial(p, v, k);
#else
  for (size_t lane = 0; lane < k; lane++) p[lane] = v[lane];
#endif
}

// Lanes whose byte is not 0.
CK_INLINE vi ck_load_mask(const uint8_t *p, size_t k) {
  vb v = (vb)(uint8_t)0;
  if (k >= CK_WIDTH) {
    memcpy(&v, p, sizeof v);
  } else {
    for (size_t lane = 0; lane < k; lane++) v[lane] = p[lane];
  }
  return __builtin_convertvector(v, vi) != 0;
}

// ---- arithmetic ----

CK_INLINE vf ck_splat(float x) { return (vf)(x); }

// a b + c, fused where the instruction set can.
CK_INLINE vf ck_madd(vf a, vf b, vf c) {
#if defined(CK_HAS_FMA)
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

// A NaN in x is kept.
CK_INLINE vf ck_at_least(vf x, float low) { return ck_splat(low) > x ? ck_splat(low) : x; }
CK_INLINE vf ck_at_most(vf x, float high) { return ck_splat(high) < x ? ck_splat(high) : x; }

CK_INLINE vf ck_max(vf a, vf b) { return a > b ? a : b; }
CK_INLINE vf ck_absolute(vf x) { return (vf)((vi)x & 0x7fffffff); }

// `magnitude` (not negative) with the sign of `sign`.
CK_INLINE vf ck_with_sign(vf magnitude, vf sign) {
  return (vf)((vi)magnitude | ((vu)sign & 0x80000000u ? (vi)(int32_t)0x80000000 : (vi)0));
}

// ---- over lanes, always in the same order ----

#define CK_FOLD(name, OP)                \
  CK_INLINE float name(vf v) {           \
    CK_FOLD16(OP)                        \
    CK_FOLD8(OP)                         \
    const ck_v2f v2 = OP(v4.lo, v4.hi);  \
    return OP(v2.x, v2.y);               \
  }
#if CK_WIDTH == 16
#define CK_FOLD16(OP) const ck_v8f v8 = OP(v.lo, v.hi);
#else
#define CK_FOLD16(OP) const vf v8 = v;
#endif
#if CK_WIDTH >= 8
#define CK_FOLD8(OP) const ck_v4f v4 = OP(v8.lo, v8.hi);
#else
#define CK_FOLD8(OP) const ck_v4f v4 = v8;
#endif
#define CK_PLUS(a, b) ((a) + (b))
#define CK_GREATER(a, b) ((a) > (b) ? (a) : (b))
CK_FOLD(ck_lane_sum, CK_PLUS)
CK_FOLD(ck_lane_max, CK_GREATER)

CK_INLINE float ck_total(const vf *accumulators) {
  return ck_lane_sum((accumulators[0] + accumulators[1]) + (accumulators[2] + accumulators[3]));
}
CK_INLINE float ck_maximum(const vf *accumulators) {
  return ck_lane_max(
    ck_max(ck_max(accumulators[0], accumulators[1]), ck_max(accumulators[2], accumulators[3])));
}

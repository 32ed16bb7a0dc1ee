// Products of float32 matrices whose elements are rounded to bfloat16 on the way: 8 bits of precision, sums in
// float32, twice as many a second. For CPUs with AVX512_BF16 (Cooper Lake 2020, Zen 4 2022).
#include "Tables.h"
#ifdef CK_HAS_X86

#include <immintrin.h>
#include <string.h>

#pragma clang attribute push( \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma"))), \
  apply_to = function)

#define CK_INLINE static inline __attribute__((always_inline))
#define CK_UNROLL _Pragma("clang loop unroll(full)")

#include "ProductBlocks.h"

// The instruction multiplies pairs: two neighbours along the inner dimension in one lane of 32 bits. A panel holds 32
// columns of the right matrix, [pairs, 32]; a block holds the rows of the left one, [pairs, rows].
enum { ck_lanes = 16, ck_bf16_panel = 32, ck_bf16_rows = 12 };
// What stays in the second cache: that many columns and rows of B.
enum { ck_bf16_inner = 512, ck_bf16_columns = 512 };

CK_INLINE __mmask16 ck_below(size_t count) {
  return count >= 16 ? (__mmask16)0xffff : (__mmask16)((1u << count) - 1);
}

// Pairs of up to 32 neighbours of a row; what is missing is 0.
CK_INLINE __m512i ck_pairs_of_row(const float *row, size_t count) {
  const __m512 low = _mm512_maskz_loadu_ps(ck_below(count), row);
  const __m512 high =
    count > 16 ? _mm512_maskz_loadu_ps(ck_below(count - 16), row + 16) : _mm512_setzero_ps();
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

// Pairs of 16 columns of two rows; `second` may be NULL.
CK_INLINE __m512i ck_pairs_of_rows(const float *first, const float *second, __mmask16 mask) {
  const __m512 low = _mm512_maskz_loadu_ps(mask, first);
  const __m512 high = second ? _mm512_maskz_loadu_ps(mask, second) : _mm512_setzero_ps();
  const __m512i a = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(low));
  const __m512i b = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(high));
  return _mm512_or_si512(a, _mm512_slli_epi32(b, 16));
}

// 16 rows of 16 as 16 columns.
CK_INLINE void ck_transpose_pairs(__m512i v[16]) {
  __m512i t[16];
  CK_UNROLL for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
  }
  // v[4 g + q] has, in its part l of four, column 4 l + q of rows 4 g to 4 g + 3.
  CK_UNROLL for (int g = 0; g < 4; g++) {
    v[4 * g] = _mm512_unpacklo_epi64(t[4 * g], t[4 * g + 2]);
    v[4 * g + 1] = _mm512_unpackhi_epi64(t[4 * g], t[4 * g + 2]);
    v[4 * g + 2] = _mm512_unpacklo_epi64(t[4 * g + 1], t[4 * g + 3]);
    v[4 * g + 3] = _mm512_unpackhi_epi64(t[4 * g + 1], t[4 * g + 3]);
  }
  CK_UNROLL for (int q = 0; q < 4; q++) {
    // Parts 0 and 2, and 1 and 3, of rows 0 to 7 and of rows 8 to 15.
    t[q] = _mm512_shuffle_i32x4(v[q], v[4 + q], 0x88);
    t[4 + q] = _mm512_shuffle_i32x4(v[q], v[4 + q], 0xdd);
    t[8 + q] = _mm512_shuffle_i32x4(v[8 + q], v[12 + q], 0x88);
    t[12 + q] = _mm512_shuffle_i32x4(v[8 + q], v[12 + q], 0xdd);
  }
  CK_UNROLL for (int q = 0; q < 4; q++) {
    v[q] = _mm512_shuffle_i32x4(t[q], t[8 + q], 0x88);
    v[4 + q] = _mm512_shuffle_i32x4(t[4 + q], t[12 + q], 0x88);
    v[8 + q] = _mm512_shuffle_i32x4(t[q], t[8 + q], 0xdd);
    v[12 + q] = _mm512_shuffle_i32x4(t[4 + q], t[12 + q], 0xdd);
  }
}

// Up to 16 vectors, one for each of `count` lines of memory, as lines of pairs [pairs, stride].
CK_INLINE void ck_pack_lines(
  const float *lines, size_t ld, size_t count, size_t inner, uint32_t *target, size_t stride) {
  for (size_t i = 0; i < inner; i += 32) {
    const size_t left = inner - i < 32 ? inner - i : 32;
    __m512i v[16];
    CK_UNROLL for (size_t l = 0; l < 16; l++) {
      v[l] = l < count ? ck_pairs_of_row(lines + l * ld + i, left) : _mm512_setzero_si512();
    }
    ck_transpose_pairs(v);
    const size_t pairs = (left + 1) / 2;
    for (size_t p = 0; p < pairs; p++) {
      _mm512_mask_storeu_epi32(
        target + (i / 2 + p) * stride, ck_below(stride < 16 ? stride : 16), v[p]);
    }
  }
}

// Columns of B, or rows of Bᵀ, in panels.
static void ck_pack_bf16_panels(
  const float *b, size_t ld, int transposed, size_t inner, size_t columns, uint32_t *panels) {
  const size_t pairs = (inner + 1) / 2;
  for (size_t start = 0; start < columns; start += ck_lanes) {
    const size_t count = columns - start < ck_lanes ? columns - start : ck_lanes;
    uint32_t *target = panels + start / ck_bf16_panel * ck_bf16_panel * pairs + start % ck_bf16_panel;
    if (transposed) {
      ck_pack_lines(b + start * ld, ld, count, inner, target, ck_bf16_panel);
      continue;
    }
    const __mmask16 mask = ck_below(count);
    for (size_t p = 0; p < pairs; p++) {
      const float *first = b + 2 * p * ld + start;
      _mm512_storeu_si512(
        target + p * ck_bf16_panel,
        ck_pairs_of_rows(first, 2 * p + 1 < inner ? first + ld : NULL, mask));
    }
  }
  // The second half of the last panel may have no column.
  if ((columns - 1) % ck_bf16_panel < ck_lanes) {
    uint32_t *target = panels + (columns - 1) / ck_bf16_panel * ck_bf16_panel * pairs + ck_lanes;
    for (size_t p = 0; p < pairs; p++) {
      _mm512_storeu_si512(target + p * ck_bf16_panel, _mm512_setzero_si512());
    }
  }
}

// R rows of A, [pairs, R].
CK_INLINE void ck_pack_bf16_rows(
  const float *a, size_t ld, int transposed, size_t inner, size_t rows, uint32_t *target) {
  if (!transposed) return ck_pack_lines(a, ld, rows, inner, target, rows);
  const __mmask16 mask = ck_below(rows);
  for (size_t p = 0; 2 * p < inner; p++) {
    const float *first = a + 2 * p * ld;
    _mm512_mask_storeu_epi32(
      target + p * rows, mask, ck_pairs_of_rows(first, 2 * p + 1 < inner ? first + ld : NULL, mask));
  }
}

// R rows times one panel.
#define CK_BF16_BLOCK(R)                                                                         \
  static void ck_bf16_block_##R(                                                                 \
    const uint32_t *a, const uint32_t *panel, size_t pairs, float *c, size_t ldc, size_t columns, \
    float alpha, int accumulate) {                                                               \
    const __mmask16 m0 = ck_below(columns);                                                      \
    const __mmask16 m1 = columns > 16 ? ck_below(columns - 16) : 0;                              \
    __m512 left[R], right[R];                                                                    \
    CK_UNROLL for (int r = 0; r < R; r++) left[r] = right[r] = _mm512_setzero_ps();              \
    for (size_t p = 0; p < pairs; p++) {                                                         \
      const __m512bh x = (__m512bh)_mm512_loadu_si512(panel + p * ck_bf16_panel);                \
      const __m512bh y = (__m512bh)_mm512_loadu_si512(panel + p * ck_bf16_panel + 16);           \
      CK_UNROLL for (int r = 0; r < R; r++) {                                                    \
        const __m512bh s = (__m512bh)_mm512_set1_epi32((int)a[p * R + r]);                       \
        left[r] = _mm512_dpbf16_ps(left[r], s, x);                                               \
        right[r] = _mm512_dpbf16_ps(right[r], s, y);                                             \
      }                                                                                          \
    }                                                                                            \
    const __m512 factor = _mm512_set1_ps(alpha);                                                 \
    CK_UNROLL for (int r = 0; r < R; r++) {                                                      \
      float *const target = c + r * ldc;                                                         \
      const __m512 before = accumulate ? _mm512_maskz_loadu_ps(m0, target) : _mm512_setzero_ps(); \
      const __m512 after =                                                                       \
        accumulate ? _mm512_maskz_loadu_ps(m1, target + 16) : _mm512_setzero_ps();               \
      _mm512_mask_storeu_ps(target, m0, _mm512_fmadd_ps(factor, left[r], before));               \
      _mm512_mask_storeu_ps(target + 16, m1, _mm512_fmadd_ps(factor, right[r], after));          \
    }                                                                                            \
  }
CK_BF16_BLOCK(1)
CK_BF16_BLOCK(2)
CK_BF16_BLOCK(4)
CK_BF16_BLOCK(8)
CK_BF16_BLOCK(12)

CK_INLINE void ck_bf16_block(
  size_t rows, const uint32_t *a, const uint32_t *panel, size_t pairs, float *c, size_t ldc,
  size_t columns, float alpha, int accumulate) {
  switch (rows) {
    case 12: return ck_bf16_block_12(a, panel, pairs, c, ldc, columns, alpha, accumulate);
    case 8: return ck_bf16_block_8(a, panel, pairs, c, ldc, columns, alpha, accumulate);
    case 4: return ck_bf16_block_4(a, panel, pairs, c, ldc, columns, alpha, accumulate);
    case 2: return ck_bf16_block_2(a, panel, pairs, c, ldc, columns, alpha, accumulate);
    default: return ck_bf16_block_1(a, panel, pairs, c, ldc, columns, alpha, accumulate);
  }
}

// 16 rows are two blocks of 8, not 12 and 4.
CK_INLINE size_t ck_next_rows(size_t rest) {
  if (rest >= 12 && rest != 16) return 12;
  return rest >= 8 ? 8 : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
}

static size_t ck_scratch_bf16(size_t rows, size_t inner, size_t columns) {
  if (rows == 0 || inner == 0 || columns == 0) return 0;
  return ck_block_size(inner, ck_bf16_inner, 2) / 2 *
         (ck_block_size(columns, ck_bf16_columns, ck_bf16_panel) + ck_lanes);
}

static void ck_product_bf16(
  const float *a, size_t lda, int a_transposed, const float *b, size_t ldb, int b_transposed,
  float *c, size_t ldc, size_t rows, size_t inner, size_t columns, float alpha, int accumulate,
  float *scratch) {
  if (ck_is_empty_product(c, ldc, rows, inner, columns, accumulate)) return;
  const size_t column_block = ck_block_size(columns, ck_bf16_columns, ck_bf16_panel);
  const size_t inner_block = ck_block_size(inner, ck_bf16_inner, 2);
  uint32_t *const panels = (uint32_t *)scratch;
  uint32_t *const block = panels + inner_block / 2 * column_block;
  for (size_t n = 0; n < columns; n += column_block) {
    const size_t width = columns - n < column_block ? columns - n : column_block;
    for (size_t k = 0; k < inner; k += inner_block) {
      const size_t depth = inner - k < inner_block ? inner - k : inner_block;
      const size_t pairs = (depth + 1) / 2;
      const int adds = accumulate || k > 0;
      ck_pack_bf16_panels(
        b_transposed ? b + n * ldb + k : b + k * ldb + n, ldb, b_transposed, depth, width, panels);
      for (size_t row = 0; row < rows;) {
        const size_t count = ck_next_rows(rows - row);
        ck_pack_bf16_rows(
          a_transposed ? a + k * lda + row : a + row * lda + k, lda, a_transposed, depth, count,
          block);
        for (size_t start = 0; start < width; start += ck_bf16_panel) {
          const size_t rest = width - start < ck_bf16_panel ? width - start : ck_bf16_panel;
          ck_bf16_block(
            count, block, panels + start * pairs, pairs, c + row * ldc + n + start, ldc, rest, alpha,
            adds);
        }
        row += count;
      }
    }
  }
}

#pragma clang attribute pop

const ck_rounded_product ck_product_bfloat16_avx512 = {
  .scratch = ck_scratch_bf16, .product = ck_product_bf16};

#endif

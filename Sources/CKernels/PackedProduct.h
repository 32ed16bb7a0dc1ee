// Products of matrices. The right one is laid out in panels of two vectors' width, and a block of rows times a
// panel stays in registers. A recurrence lays its weights out once for all steps.

enum { ck_panel_width = 2 * CK_WIDTH };

#ifndef CK_HAS_TRANSPOSE
// target[i * ck_panel_width + j] = source[j * ld + i] for CK_WIDTH i and j.
CK_INLINE void ck_transpose_square(const float *source, size_t ld, float *target) {
  for (size_t j = 0; j < CK_WIDTH; j++) {
    for (size_t i = 0; i < CK_WIDTH; i++) target[i * ck_panel_width + j] = source[j * ld + i];
  }
}
#endif

// One panel of a matrix that is read transposed: count of its rows, from `matrix` on.
static void ck_pack_transposed_panel(
  const float *matrix, size_t ld, size_t inner, size_t count, float *panel) {
  size_t done = 0;
  for (; done + CK_WIDTH <= count; done += CK_WIDTH) {
    size_t i = 0;
    for (; i + CK_WIDTH <= inner; i += CK_WIDTH) {
      ck_transpose_square(matrix + done * ld + i, ld, panel + i * ck_panel_width + done);
    }
    for (; i < inner; i++) {
      for (size_t j = done; j < done + CK_WIDTH; j++) {
        panel[i * ck_panel_width + j] = matrix[j * ld + i];
      }
    }
  }
  for (size_t i = 0; i < inner; i++) {
    for (size_t j = done; j < count; j++) panel[i * ck_panel_width + j] = matrix[j * ld + i];
    for (size_t j = count; j < ck_panel_width; j++) panel[i * ck_panel_width + j] = 0.0f;
  }
}

// Panel p holds columns p W … p W + W - 1, row after row; columns beyond the last are 0.
static void ck_pack_panels(
  const float *matrix, size_t ld, int transposed, size_t inner, size_t columns, float *panels) {
  if (transposed) {
    for (size_t start = 0; start < columns; start += ck_panel_width) {
      const size_t count = columns - start < ck_panel_width ? columns - start : ck_panel_width;
      ck_pack_transposed_panel(matrix + start * ld, ld, inner, count, panels + start * inner);
    }
    return;
  }
  for (size_t i = 0; i < inner; i++) {
    const float *row = matrix + i * ld;
    float *target = panels + i * ck_panel_width;
    for (size_t start = 0; start < columns; start += ck_panel_width) {
      const size_t count = columns - start;
      const size_t k0 = count < CK_WIDTH ? count : CK_WIDTH;
      const size_t after = count - k0;
      ck_store(target + start * inner, ck_load(row + start, k0), CK_WIDTH);
      ck_store(
        target + start * inner + CK_WIDTH,
        after ? ck_load(row + start + CK_WIDTH, after) : ck_splat(0.0f), CK_WIDTH);
    }
  }
}

// C = alpha A P, or C += alpha A P, for R rows of A and one panel P. Element [r, i] of A stands at r * rs + i * is.
#define CK_PANEL_BLOCK(R)                                                                        \
  CK_INLINE void ck_panel_block_##R(                                                             \
    const float *a, size_t rs, size_t is, const float *panel, size_t inner, float *c, size_t ldc, \
    size_t k0, size_t k1, float alpha, int accumulate) {                                         \
    vf left[R] = {0}, right[R] = {0};                                                            \
    for (size_t i = 0; i < inner; i++) {                                                         \
      const vf x = ck_load(panel + i * ck_panel_width, CK_WIDTH);                                \
      const vf y = ck_load(panel + i * ck_panel_width + CK_WIDTH, CK_WIDTH);                     \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                           \
        const vf s = ck_splat(a[r * rs + i * is]);                                               \
        left[r] = ck_madd(s, x, left[r]);                                                        \
        right[r] = ck_madd(s, y, right[r]);                                                      \
      }                                                                                          \
    }                                                                                            \
    const vf factor = ck_splat(alpha);                                                           \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
      float *const target = c + r * ldc;                                                         \
      const vf before = accumulate ? ck_load(target, k0) : ck_splat(0.0f);                       \
      ck_store(target, ck_madd(factor, left[r], before), k0);                                    \
      if (k1) {                                                                                  \
        const vf after = accumulate ? ck_load(target + CK_WIDTH, k1) : ck_splat(0.0f);           \
        ck_store(target + CK_WIDTH, ck_madd(factor, right[r], after), k1);                       \
      }                                                                                          \
    }                                                                                            \
  }                                                                                              \
  static void ck_panels_##R(                                                                     \
    const float *a, size_t lda, const float *panels, size_t inner, float *c, size_t ldc,         \
    size_t columns, float alpha, int accumulate, int isPacked) {                                 \
    for (size_t start = 0; start < columns; start += ck_panel_width) {                           \
      const size_t rest = columns - start;                                                       \
      const size_t k0 = rest < CK_WIDTH ? rest : CK_WIDTH;                                       \
      const size_t k1 = rest - k0 < CK_WIDTH ? rest - k0 : CK_WIDTH;                             \
      const float *panel = panels + start * inner;                                               \
      if (isPacked) {                                                                            \
        ck_panel_block_##R(a, 1, R, panel, inner, c + start, ldc, k0, k1, alpha, accumulate);    \
      } else {                                                                                   \
        ck_panel_block_##R(a, lda, 1, panel, inner, c + start, ldc, k0, k1, alpha, accumulate);  \
      }                                                                                          \
    }                                                                                            \
  }                                                                                              \
  static void ck_pack_columns_##R(const float *a, size_t lda, size_t inner, float *target) {     \
    for (size_t i = 0; i < inner; i++) {                                                         \
      memcpy(target + i * R, a + i * lda, R * sizeof(float));                                    \
    }                                                                                            \
  }
CK_PANEL_BLOCK(1)
CK_PANEL_BLOCK(2)
CK_PANEL_BLOCK(4)
#if CK_WIDTH == 16
CK_PANEL_BLOCK(8)
CK_PANEL_BLOCK(12)
enum { ck_most_rows = 12 };
#else
enum { ck_most_rows = 4 };
#endif

// How many of the rows that are left make the next block. Rows whose distance is a multiple of a page share the
// sets of the first cache, which has eight ways. 16 rows are two blocks of 8, not 12 and 4.
CK_INLINE size_t ck_block_rows(size_t rest, int sharesSets) {
#if CK_WIDTH == 16
  if (rest >= 12 && rest != 16 && !sharesSets) return 12;
  if (rest >= 8) return 8;
#endif
  return rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
}

CK_INLINE void ck_panels(
  size_t rows, const float *a, size_t lda, const float *panels, size_t inner, float *c, size_t ldc,
  size_t columns, float alpha, int accumulate, int isPacked) {
  switch (rows) {
#if CK_WIDTH == 16
    case 12:
      return ck_panels_12(a, lda, panels, inner, c, ldc, columns, alpha, accumulate, isPacked);
    case 8: return ck_panels_8(a, lda, panels, inner, c, ldc, columns, alpha, accumulate, isPacked);
#endif
    case 4: return ck_panels_4(a, lda, panels, inner, c, ldc, columns, alpha, accumulate, isPacked);
    case 2: return ck_panels_2(a, lda, panels, inner, c, ldc, columns, alpha, accumulate, isPacked);
    default: return ck_panels_1(a, lda, panels, inner, c, ldc, columns, alpha, accumulate, isPacked);
  }
}

CK_INLINE void ck_pack_columns(
  size_t rows, const float *a, size_t lda, size_t inner, float *target) {
  switch (rows) {
#if CK_WIDTH == 16
    case 12: return ck_pack_columns_12(a, lda, inner, target);
    case 8: return ck_pack_columns_8(a, lda, inner, target);
#endif
    case 4: return ck_pack_columns_4(a, lda, inner, target);
    case 2: return ck_pack_columns_2(a, lda, inner, target);
    default: return ck_pack_columns_1(a, lda, inner, target);
  }
}

static void ck_panel_product(
  const float *a, size_t lda, const float *panels, float *c, size_t ldc, size_t rows, size_t inner,
  size_t columns, int accumulate) {
  // Few rows: panel by panel, so that each is read from afar once.
  for (size_t start = 0; start < columns; start += ck_panel_width) {
    const size_t count = columns - start < ck_panel_width ? columns - start : ck_panel_width;
    size_t row = 0;
    while (row < rows) {
      const size_t block = ck_block_rows(rows - row, lda % 1024 == 0);
      ck_panels(
        block, a + row * lda, lda, panels + start * inner, inner, c + row * ldc + start, ldc, count,
        1.0f, accumulate, 0);
      row += block;
    }
  }
}

// What a product keeps in the second cache: that many columns and rows of B, and columns of A.
enum { ck_inner_block = 256, ck_column_block = 512, ck_row_block = 96 };

// Floats of scratch for a product: a block of B and, where it is transposed, some rows of A.
static size_t ck_product_scratch(size_t rows, size_t inner, size_t columns) {
  if (rows == 0 || inner == 0 || columns == 0) return 0;
  return ck_block_size(inner, ck_inner_block, 1) *
         (ck_block_size(columns, ck_column_block, ck_panel_width) +
          (rows < ck_row_block ? rows : ck_row_block));
}

static void ck_product(
  const float *a, size_t lda, int a_transposed, const float *b, size_t ldb, int b_transposed,
  float *c, size_t ldc, size_t rows, size_t inner, size_t columns, float alpha, int accumulate,
  float *scratch) {
  if (ck_is_empty_product(c, ldc, rows, inner, columns, accumulate)) return;
  const size_t column_block = ck_block_size(columns, ck_column_block, ck_panel_width);
  const size_t inner_block = ck_block_size(inner, ck_inner_block, 1);
  float *const packed = scratch + inner_block * column_block;
  for (size_t n = 0; n < columns; n += column_block) {
    const size_t width = columns - n < column_block ? columns - n : column_block;
    for (size_t k = 0; k < inner; k += inner_block) {
      const size_t depth = inner - k < inner_block ? inner - k : inner_block;
      const int adds = accumulate || k > 0;
      ck_pack_panels(
        b_transposed ? b + n * ldb + k : b + k * ldb + n, ldb, b_transposed, depth, width, scratch);
      size_t row = 0;
      while (row < rows) {
        if (!a_transposed) {
          const size_t block = ck_block_rows(rows - row, lda % 1024 == 0);
          ck_panels(
            block, a + row * lda + k, lda, scratch, depth, c + row * ldc + n, ldc, width, alpha, adds,
            0);
          row += block;
          continue;
        }
        const size_t end = rows - row < ck_row_block ? rows : row + ck_row_block;
        float *target = packed;
        for (size_t r = row; r < end;) {
          const size_t block = ck_block_rows(end - r, 0);
          ck_pack_columns(block, a + k * lda + r, lda, depth, target);
          target += block * depth;
          r += block;
        }
        const float *next = packed;
        while (row < end) {
          const size_t block = ck_block_rows(end - row, 0);
          ck_panels(block, next, 0, scratch, depth, c + row * ldc + n, ldc, width, alpha, adds, 1);
          next += block * depth;
          row += block;
        }
      }
    }
  }
}

// Products of a few rows with a matrix that is used again and again, as a recurrence does at every step: the
// matrix is laid out once in panels of two vectors' width, and a block of rows times a panel stays in registers.

enum { ck_panel_width = 2 * CK_WIDTH };

// Panel p holds columns p W … p W + W - 1, row after row; columns beyond the last are 0.
static void ck_pack_panels(
  const float *matrix, size_t ld, int transposed, size_t inner, size_t columns, float *panels) {
  for (size_t start = 0; start < columns; start += ck_panel_width) {
    const size_t count = columns - start < ck_panel_width ? columns - start : ck_panel_width;
    for (size_t i = 0; i < inner; i++) {
      for (size_t j = 0; j < count; j++) {
        panels[j] = transposed ? matrix[(start + j) * ld + i] : matrix[i * ld + start + j];
      }
      for (size_t j = count; j < ck_panel_width; j++) panels[j] = 0.0f;
      panels += ck_panel_width;
    }
  }
}

// R rows of A times one panel.
#define CK_PANEL_BLOCK(R)                                                                        \
  CK_INLINE void ck_panel_block_##R(                                                             \
    const float *a, size_t lda, const float *panel, size_t inner, float *c, size_t ldc, size_t k0, \
    size_t k1, int accumulate) {                                                                 \
    vf left[R], right[R];                                                                        \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
      left[r] = accumulate ? ck_load(c + r * ldc, k0) : ck_splat(0.0f);                          \
      right[r] = accumulate && k1 ? ck_load(c + r * ldc + CK_WIDTH, k1) : ck_splat(0.0f);        \
    }                                                                                            \
    for (size_t i = 0; i < inner; i++) {                                                         \
      const vf x = ck_load(panel + i * ck_panel_width, CK_WIDTH);                                \
      const vf y = ck_load(panel + i * ck_panel_width + CK_WIDTH, CK_WIDTH);                     \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                           \
        const vf s = ck_splat(a[r * lda + i]);                                                   \
        left[r] = ck_madd(s, x, left[r]);                                                        \
        right[r] = ck_madd(s, y, right[r]);                                                      \
      }                                                                                          \
    }                                                                                            \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
      ck_store(c + r * ldc, left[r], k0);                                                        \
      if (k1) ck_store(c + r * ldc + CK_WIDTH, right[r], k1);                                    \
    }                                                                                            \
  }
CK_PANEL_BLOCK(1)
CK_PANEL_BLOCK(2)
CK_PANEL_BLOCK(4)
#if CK_WIDTH == 16
CK_PANEL_BLOCK(8)
CK_PANEL_BLOCK(12)
#endif

#define CK_PANEL_ROWS(R)                                                                          \
  while (row + R <= rows) {                                                                       \
    ck_panel_block_##R(a + row * lda, lda, panel, inner, out + row * ldc, ldc, k0, k1, accumulate); \
    row += R;                                                                                     \
  }

static void ck_panel_product(
  const float *a, size_t lda, const float *panels, float *c, size_t ldc, size_t rows, size_t inner,
  size_t columns, int accumulate) {
  for (size_t start = 0; start < columns; start += ck_panel_width) {
    const float *panel = panels + start * inner;
    float *out = c + start;
    const size_t rest = columns - start;
    const size_t k0 = rest < CK_WIDTH ? rest : CK_WIDTH;
    const size_t after = rest - k0;
    const size_t k1 = after < CK_WIDTH ? after : CK_WIDTH;
    size_t row = 0;
#if CK_WIDTH == 16
    // 16 rows are two blocks of 8, not 12 and 4.
    while (rows - row >= 12 && rows - row != 16) {
      ck_panel_block_12(
        a + row * lda, lda, panel, inner, out + row * ldc, ldc, k0, k1, accumulate);
      row += 12;
    }
    CK_PANEL_ROWS(8)
#endif
    CK_PANEL_ROWS(4)
    CK_PANEL_ROWS(2)
    CK_PANEL_ROWS(1)
  }
}

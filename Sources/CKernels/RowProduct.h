// Products of few rows with a matrix that is read once, as it stands: decoding, where a step multiplies one row for
// each sentence by all weights and attends with one query. Memory decides how fast that goes, so B is not laid out
// anew. Each element is summed in one order, whatever stands beside it, so that a row does not depend on the others.

// R rows of A times J of B, which is [columns, inner]: a sum for each lane, and over the lanes in the end. Several rows
// at a time hide from the processor that B is read in one line, so the J after them are fetched in that order.
#define CK_ROW_TILE(R, J)                                                                          \
  CK_INLINE void ck_row_tile_##R##x##J(                                                            \
    const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc, size_t inner,    \
    float alpha, int accumulate) {                                                                 \
    vf sums[R * J] = {0};                                                                          \
    CK_EACH(i, k, inner, {                                                                         \
      vf right[J];                                                                                 \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < J; j++) {                             \
        right[j] = ck_load(b + j * ldb + i, k);                                                    \
        if (J > 1) __builtin_prefetch(b + J * ldb + J * i + j * CK_WIDTH, 0, 2);                   \
      }                                                                                            \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
        const vf left = ck_load(a + r * lda + i, k);                                               \
        _Pragma("clang loop unroll(full)") for (int j = 0; j < J; j++) {                           \
          sums[r * J + j] = ck_madd(left, right[j], sums[r * J + j]);                              \
        }                                                                                          \
      }                                                                                            \
    })                                                                                             \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                               \
      _Pragma("clang loop unroll(full)") for (int j = 0; j < J; j++) {                             \
        const float sum = alpha * ck_lane_sum(sums[r * J + j]);                                    \
        c[r * ldc + j] = accumulate ? c[r * ldc + j] + sum : sum;                                  \
      }                                                                                            \
    }                                                                                              \
  }
CK_ROW_TILE(1, 1)
CK_ROW_TILE(1, 4)
CK_ROW_TILE(2, 1)
CK_ROW_TILE(2, 4)
CK_ROW_TILE(4, 1)
CK_ROW_TILE(4, 4)

// Calls F with four rows of A and C at a time, and with the two and the one that are left.
#define CK_IN_ROWS(F, SUFFIX, ...)                                                                 \
  {                                                                                                \
    size_t r = 0;                                                                                  \
    for (; r + 4 <= rows; r += 4) {                                                                \
      F##4##SUFFIX(a + r * lda, lda, b, ldb, c + r * ldc, ldc, inner, __VA_ARGS__);                \
    }                                                                                              \
    if (r + 2 <= rows) {                                                                           \
      F##2##SUFFIX(a + r * lda, lda, b, ldb, c + r * ldc, ldc, inner, __VA_ARGS__);                \
      r += 2;                                                                                      \
    }                                                                                              \
    if (r < rows) F##1##SUFFIX(a + r * lda, lda, b, ldb, c + r * ldc, ldc, inner, __VA_ARGS__);    \
  }

// All rows of A times J of B, which stay in the first cache while those of A pass.
#define CK_ROW_TILES(J)                                                                            \
  CK_INLINE void ck_row_tiles_##J(                                                                 \
    const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc, size_t rows,     \
    size_t inner, float alpha, int accumulate) {                                                   \
    CK_IN_ROWS(ck_row_tile_, x##J, alpha, accumulate)                                              \
  }
CK_ROW_TILES(1)
CK_ROW_TILES(4)

enum { ck_shortest_line = 256 };

static void ck_row_product_transposed(
  const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc, size_t rows,
  size_t inner, size_t columns, float alpha, int accumulate) {
  size_t j = 0;
  // With one to three rows memory is slower than the sums, and it is fastest when read in one line.
  if (rows > 3 || inner < ck_shortest_line) {
    for (; j + 4 <= columns; j += 4) {
      ck_row_tiles_4(a, lda, b + j * ldb, ldb, c + j, ldc, rows, inner, alpha, accumulate);
    }
  }
  for (; j < columns; j++) {
    ck_row_tiles_1(a, lda, b + j * ldb, ldb, c + j, ldc, rows, inner, alpha, accumulate);
  }
}

// R rows of A times V vectors of columns of B, which is [inner, columns]; the last vector has k lanes.
#define CK_ROW_STRIP(R, V)                                                                         \
  CK_INLINE void ck_row_strip_##R##x##V(                                                           \
    const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc, size_t inner,    \
    size_t k, float alpha, int accumulate) {                                                       \
    vf sums[R * V] = {0};                                                                          \
    for (size_t i = 0; i < inner; i++) {                                                           \
      vf right[V];                                                                                 \
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) {                             \
        right[v] = ck_load(b + i * ldb + v * CK_WIDTH, v < V - 1 ? CK_WIDTH : k);                  \
      }                                                                                            \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
        const vf left = ck_splat(a[r * lda + i]);                                                  \
        _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) {                           \
          sums[r * V + v] = ck_madd(left, right[v], sums[r * V + v]);                              \
        }                                                                                          \
      }                                                                                            \
    }                                                                                              \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                               \
      _Pragma("clang loop unroll(full)") for (int v = 0; v < V; v++) {                             \
        float *const target = c + r * ldc + v * CK_WIDTH;                                          \
        const size_t lanes = v < V - 1 ? CK_WIDTH : k;                                             \
        const vf before = accumulate ? ck_load(target, lanes) : ck_splat(0.0f);                    \
        ck_store(target, ck_madd(ck_splat(alpha), sums[r * V + v], before), lanes);                \
      }                                                                                            \
    }                                                                                              \
  }

#define CK_ROW_STRIPS(R)                                                                           \
  CK_ROW_STRIP(R, 4)                                                                               \
  CK_ROW_STRIP(R, 1)                                                                               \
  static void ck_row_strips_##R(                                                                   \
    const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc, size_t inner,    \
    size_t columns, float alpha, int accumulate) {                                                 \
    size_t j = 0;                                                                                  \
    for (; j + 4 * CK_WIDTH <= columns; j += 4 * CK_WIDTH) {                                       \
      ck_row_strip_##R##x4(a, lda, b + j, ldb, c + j, ldc, inner, CK_WIDTH, alpha, accumulate);    \
    }                                                                                              \
    CK_EACH(rest, k, columns - j, {                                                                \
      ck_row_strip_##R##x1(                                                                        \
        a, lda, b + j + rest, ldb, c + j + rest, ldc, inner, k, alpha, accumulate);                \
    })                                                                                             \
  }
CK_ROW_STRIPS(1)
CK_ROW_STRIPS(2)
CK_ROW_STRIPS(4)

static void ck_row_product(
  const float *a, size_t lda, const float *b, size_t ldb, int b_transposed, float *c, size_t ldc,
  size_t rows, size_t inner, size_t columns, float alpha, int accumulate) {
  if (b_transposed) {
    return ck_row_product_transposed(
      a, lda, b, ldb, c, ldc, rows, inner, columns, alpha, accumulate);
  }
  CK_IN_ROWS(ck_row_strips_, , columns, alpha, accumulate)
}

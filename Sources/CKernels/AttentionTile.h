// One tile of attention scores, rows of queries by columns of keys, between its two matrix products.

typedef struct {
  size_t begin, end;
} ck_range;

// The valid columns of row r, cut to the tile.
CK_INLINE ck_range ck_valid_columns(
  const int32_t *first, const int32_t *last, size_t r, size_t columns) {
  const size_t begin = first && first[r] > 0 ? (size_t)first[r] : 0;
  size_t end = columns;
  if (last) {
    const size_t limit = last[r] > 0 ? (size_t)last[r] : 0;
    end = limit < columns ? limit : columns;
  }
  return begin < end ? (ck_range){begin, end} : (ck_range){0, 0};
}

CK_INLINE void ck_clear_outside(float *row, size_t columns, ck_range valid) {
  memset(row, 0, valid.begin * sizeof *row);
  memset(row + valid.end, 0, (columns - valid.end) * sizeof *row);
}

// The valid part of one row. Returns the correction of what the row has accumulated.
CK_INLINE float ck_tile_row(
  float *s, const uint8_t *allowed, size_t n, float *row_max, float *row_sum) {
  const float tile_maximum = ck_row_maximum(s, allowed, n);
  if (tile_maximum == -INFINITY) {  // nothing valid here
    memset(s, 0, n * sizeof *s);
    return 1.0f;
  }
  const float before = *row_max;
  const float maximum = tile_maximum < before ? before : tile_maximum;
  const float correction = ck_exp_scalar(before - maximum);
  *row_sum = *row_sum * correction + ck_row_exponentials(s, allowed, s, n, maximum);
  *row_max = maximum;
  return correction;
}

static void ck_attention_tile_forward(
  float *scores, size_t ld, size_t rows, size_t columns, const int32_t *first, const int32_t *last,
  const uint8_t *allowed, size_t ld_allowed, float *row_max, float *row_sum, float *correction) {
  for (size_t r = 0; r < rows; r++) {
    float *row = scores + r * ld;
    const ck_range valid = ck_valid_columns(first, last, r, columns);
    const size_t n = valid.end - valid.begin;
    ck_clear_outside(row, columns, valid);
    correction[r] =
      allowed
        ? ck_tile_row(
            row + valid.begin, allowed + r * ld_allowed + valid.begin, n, row_max + r, row_sum + r)
        : ck_tile_row(row + valid.begin, NULL, n, row_max + r, row_sum + r);
  }
}

static void ck_attention_tile_probabilities(
  float *scores, size_t ld, size_t rows, size_t columns, const int32_t *first, const int32_t *last,
  const uint8_t *allowed, size_t ld_allowed, const float *log_sum_exp) {
  for (size_t r = 0; r < rows; r++) {
    float *row = scores + r * ld;
    ck_range valid = ck_valid_columns(first, last, r, columns);
    if (log_sum_exp[r] == -INFINITY) valid = (ck_range){0, 0};
    ck_clear_outside(row, columns, valid);
    float *s = row + valid.begin;
    const size_t n = valid.end - valid.begin;
    const float shift = log_sum_exp[r];
    if (allowed) {
      const uint8_t *bytes = allowed + r * ld_allowed + valid.begin;
      CK_EACH(i, k, n, { ck_store(s + i, ck_exp(ck_load_valid(s, bytes, i, k) - shift), k); })
    } else {
      CK_EACH(i, k, n, { ck_store(s + i, ck_exp(ck_load(s + i, k) - shift), k); })
    }
  }
}

static void ck_attention_tile_backward(
  const float *p, float *gradient, size_t ld, size_t rows, size_t columns, const float *delta,
  float scale) {
  for (size_t r = 0; r < rows; r++) {
    const float *pr = p + r * ld;
    float *g = gradient + r * ld;
    const float d = delta[r];
    CK_EACH(i, k, columns, {
      const vf probability = ck_load(pr + i, k);
      const vf value = probability * scale * (ck_load(g + i, k) - d);
      ck_store(g + i, probability == 0.0f ? ck_splat(0.0f) : value, k);
    })
  }
}

static void ck_scale_rows(
  float *y, size_t ldy, const float *factors, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    if (factors[r] != 1.0f) ck_scale(factors[r], y + r * ldy, y + r * ldy, columns);
  }
}

static void ck_row_dots(
  const float *a, size_t lda, const float *b, size_t ldb, size_t rows, size_t columns, float *sums) {
  for (size_t r = 0; r < rows; r++) sums[r] = ck_row_dot(a + r * lda, b + r * ldb, columns);
}

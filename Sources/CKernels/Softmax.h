// Softmax over rows, and over rows that arrive in tiles (softmax on line: Milakov and Gimelshein 2018).
// Three passes over a row, which is in a near cache after the first: maximum, exponentials with their
// sum, normalisation.

CK_INLINE vf ck_minus_infinity(void) { return ck_splat(-INFINITY); }

// What an invalid element becomes before anything looks at it. allowed NULL: all are valid.
CK_INLINE vf ck_load_valid(const float *x, const uint8_t *allowed, size_t i, size_t k) {
  const vf v = ck_load_or(x + i, k, -INFINITY);
  return allowed ? (ck_load_mask(allowed + i, k) ? v : ck_minus_infinity()) : v;
}

// Maximum of the valid elements; -inf when there are none. NaN where a row of -inf holds one, so that
// it shows (elsewhere the exponentials carry it on).
CK_INLINE float ck_row_maximum(const float *x, const uint8_t *allowed, size_t n) {
  vf best[4] = {
    ck_minus_infinity(), ck_minus_infinity(), ck_minus_infinity(), ck_minus_infinity()};
  CK_EACH4(i, k, lane, n, { best[lane] = ck_max(best[lane], ck_load_valid(x, allowed, i, k)); })
  const float maximum = ck_maximum(best);
  if (maximum == -INFINITY) {
    for (size_t i = 0; i < n; i++) {
      if ((!allowed || allowed[i]) && isnan(x[i])) return x[i];
    }
  }
  return maximum;
}

// y = exp(x - shift), 0 where invalid; returns the sum.
CK_INLINE float ck_row_exponentials(
  const float *x, const uint8_t *allowed, float *y, size_t n, float shift) {
  vf sums[4] = {0};
  CK_EACH4(i, k, lane, n, {
    const vf e = ck_exp(ck_load_valid(x, allowed, i, k) - shift);
    ck_store(y + i, e, k);
    sums[lane] += e;  // the lanes behind the end are exp(-inf) = 0
  })
  return ck_total(sums);
}

static void ck_softmax_rows(
  const float *x, size_t ldx, float *y, size_t ldy, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *xr = x + r * ldx;
    float *yr = y + r * ldy;
    const float maximum = ck_row_maximum(xr, NULL, columns);
    if (maximum == -INFINITY) {
      memset(yr, 0, columns * sizeof *yr);
      continue;
    }
    const float inverse = 1.0f / ck_row_exponentials(xr, NULL, yr, columns, maximum);
    CK_EACH(i, k, columns, { ck_store(yr + i, ck_load(yr + i, k) * inverse, k); })
  }
}

CK_INLINE float ck_row_dot(const float *a, const float *b, size_t n) {
  vf sums[4] = {0};
  CK_EACH4(i, k, lane, n, {
    sums[lane] = ck_madd(ck_load(a + i, k), ck_load(b + i, k), sums[lane]);
  })
  return ck_total(sums);
}

static void ck_softmax_rows_backward(
  const float *y, size_t ldy, const float *dy, size_t lddy, float *dx, size_t lddx, size_t rows,
  size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *p = y + r * ldy;
    const float *g = dy + r * lddy;
    float *out = dx + r * lddx;
    const float dot = ck_row_dot(p, g, columns);
    CK_EACH(i, k, columns, { ck_store(out + i, ck_load(p + i, k) * (ck_load(g + i, k) - dot), k); })
  }
}

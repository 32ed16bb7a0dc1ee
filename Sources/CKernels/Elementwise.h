// Elementwise maps and reductions over contiguous memory.

static void ck_exponential(const float *x, float *y, size_t n) {
  CK_EACH(i, k, n, { ck_store(y + i, ck_exp(ck_load(x + i, k)), k); })
}

static void ck_add(const float *a, const float *b, float *y, size_t n) {
  CK_EACH(i, k, n, { ck_store(y + i, ck_load(a + i, k) + ck_load(b + i, k), k); })
}

static void ck_multiply(const float *a, const float *b, float *y, size_t n) {
  CK_EACH(i, k, n, { ck_store(y + i, ck_load(a + i, k) * ck_load(b + i, k), k); })
}

static void ck_scale(float alpha, const float *x, float *y, size_t n) {
  CK_EACH(i, k, n, { ck_store(y + i, ck_load(x + i, k) * alpha, k); })
}

static void ck_add_scaled(float alpha, const float *x, float *y, size_t n) {
  const vf factor = ck_splat(alpha);
  CK_EACH(i, k, n, {
    ck_store(y + i, ck_madd(factor, ck_load(x + i, k), ck_load(y + i, k)), k);
  })
}

static void ck_multiply_add(const float *a, const float *b, float *y, size_t n) {
  CK_EACH(i, k, n, {
    ck_store(y + i, ck_madd(ck_load(a + i, k), ck_load(b + i, k), ck_load(y + i, k)), k);
  })
}

// Vectors of double can be wider than any register, so they are not passed by value.
#define CK_WIDEN(x) __builtin_convertvector(x, vd)

CK_INLINE double ck_total_double(const vd *sums) {
  const vd v = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  double total = 0;
  for (int lane = 0; lane < CK_WIDTH; lane++) total += v[lane];
  return total;
}

static double ck_sum(const float *x, size_t n) {
  vd sums[4] = {0};
  CK_EACH4(i, k, lane, n, { sums[lane] += CK_WIDEN(ck_load(x + i, k)); })
  return ck_total_double(sums);
}

// The product of two floats is exact in double.
static double ck_dot(const float *a, const float *b, size_t n) {
  vd sums[4] = {0};
  CK_EACH4(i, k, lane, n, {
    sums[lane] += CK_WIDEN(ck_load(a + i, k)) * CK_WIDEN(ck_load(b + i, k));
  })
  return ck_total_double(sums);
}

static double ck_sum_of_squares(const float *x, size_t n) { return ck_dot(x, x, n); }

// sums[c] (+)= Σ_r x[r,c], four rows at a time: a quarter of the roundings of a running sum.
static void ck_column_sums(
  const float *x, size_t ldx, size_t rows, size_t columns, float *sums, int accumulate) {
  // A strip of four vectors stays in registers over all rows.
  enum { strip = 4 * CK_WIDTH };
  for (size_t c = 0; c < columns; c += strip) {
    const size_t width = columns - c < strip ? columns - c : strip;
    vf total[4] = {0};
    size_t r = 0;
    for (; r + 4 <= rows; r += 4) {
      const float *p = x + r * ldx + c;
      CK_EACH4(i, k, lane, width, {
        const vf a = ck_load(p + i, k) + ck_load(p + ldx + i, k);
        const vf b = ck_load(p + 2 * ldx + i, k) + ck_load(p + 3 * ldx + i, k);
        total[i / CK_WIDTH] += a + b;
      })
    }
    for (; r < rows; r++) {
      const float *p = x + r * ldx + c;
      CK_EACH4(i, k, lane, width, { total[i / CK_WIDTH] += ck_load(p + i, k); })
    }
    CK_EACH(i, k, width, {
      const vf before = accumulate ? ck_load(sums + c + i, k) : ck_splat(0.0f);
      ck_store(sums + c + i, before + total[i / CK_WIDTH], k);
    })
  }
}

// Terms of attention that depend on the distance of a key from its query, clipped at both ends. Row r of a tile
// takes terms[clip(offsets[r] + c)] for column c, clip(i) = min(max(i, 0), count - 1): a constant on the left, a
// slice of the terms, a constant on the right.

typedef struct {
  size_t begin, end;  // columns of the slice
} ck_slice;

CK_INLINE ck_slice ck_distance_slice(int32_t offset, size_t count, size_t columns) {
  const int64_t limit = (int64_t)columns;
  int64_t begin = -(int64_t)offset;
  int64_t end = (int64_t)count - offset;
  begin = begin < 0 ? 0 : begin > limit ? limit : begin;
  end = end < begin ? begin : end > limit ? limit : end;
  return (ck_slice){(size_t)begin, (size_t)end};
}

CK_INLINE void ck_add_constant(float *x, size_t n, float value) {
  CK_EACH(i, k, n, { ck_store(x + i, ck_load(x + i, k) + value, k); })
}

CK_INLINE float ck_row_sum(const float *x, size_t n) {
  vf sums[4] = {0};
  CK_EACH4(i, k, lane, n, { sums[lane] += ck_load(x + i, k); })
  return ck_total(sums);
}

static void ck_add_distance_terms(
  float *x, size_t ld, size_t rows, size_t columns, const int32_t *offsets, const float *terms,
  size_t ld_terms, size_t count) {
  for (size_t r = 0; r < rows; r++) {
    float *row = x + r * ld;
    const float *term = terms + r * ld_terms;
    const ck_slice slice = ck_distance_slice(offsets[r], count, columns);
    ck_add_constant(row, slice.begin, term[0]);
    const float *source = term + ((int64_t)offsets[r] + (int64_t)slice.begin);
    float *target = row + slice.begin;
    CK_EACH(i, k, slice.end - slice.begin, {
      ck_store(target + i, ck_load(target + i, k) + ck_load(source + i, k), k);
    })
    ck_add_constant(row + slice.end, columns - slice.end, term[count - 1]);
  }
}

static void ck_sum_distance_terms(
  const float *x, size_t ld, size_t rows, size_t columns, const int32_t *offsets, float *sums,
  size_t ld_sums, size_t count) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = x + r * ld;
    float *sum = sums + r * ld_sums;
    const ck_slice slice = ck_distance_slice(offsets[r], count, columns);
    sum[0] += ck_row_sum(row, slice.begin);
    float *target = sum + ((int64_t)offsets[r] + (int64_t)slice.begin);
    const float *source = row + slice.begin;
    CK_EACH(i, k, slice.end - slice.begin, {
      ck_store(target + i, ck_load(target + i, k) + ck_load(source + i, k), k);
    })
    sum[count - 1] += ck_row_sum(row + slice.end, columns - slice.end);
  }
}

// Rotary positions: pairs of neighbours (a, b) become (a cos - b sin, b cos + a sin).
static void ck_rotate_pairs(
  const float *x, const float *cosines_and_sines, float direction, float *y, size_t pairs) {
  for (size_t i = 0; i < pairs; i++) {
    const float c = cosines_and_sines[2 * i];
    const float s = direction * cosines_and_sines[2 * i + 1];
    const float a = x[2 * i];
    const float b = x[2 * i + 1];
    y[2 * i] = a * c - b * s;
    y[2 * i + 1] = b * c + a * s;
  }
}

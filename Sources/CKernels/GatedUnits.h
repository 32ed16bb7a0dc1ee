// The gated linear unit of Dauphin et al. 2017, a σ(b), and its way back. A row holds a and then b.

static void ck_gated_linear_unit(
  const float *x, size_t ldx, float *y, size_t ldy, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *a = x + r * ldx;
    const float *b = a + columns;
    float *target = y + r * ldy;
    CK_EACH(i, k, columns, {
      ck_store(target + i, ck_load(a + i, k) * ck_sigmoid(ck_load(b + i, k)), k);
    })
  }
}

static void ck_gated_linear_unit_backward(
  const float *x, size_t ldx, const float *dy, size_t lddy, float *dx, size_t lddx, size_t rows,
  size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *a = x + r * ldx;
    const float *b = a + columns;
    const float *g = dy + r * lddy;
    float *da = dx + r * lddx;
    float *db = da + columns;
    CK_EACH(i, k, columns, {
      const vf gate = ck_sigmoid(ck_load(b + i, k));
      const vf upstream = ck_load(g + i, k);
      const vf open = upstream * gate;
      ck_store(da + i, open, k);
      ck_store(db + i, open * ck_load(a + i, k) * (1.0f - gate), k);
    })
  }
}

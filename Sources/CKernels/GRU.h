// The gates of a GRU. A row of `gates` has four parts of width H: the candidate n, the reset gate r, the
// update gate z, and what the reset gate acts on or made: q = W_hn h + b_hn where it comes after the product,
// p = r h where it comes before.

// ---- reset gate after the product ----

static void ck_gru_forward(
  float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, float *h, size_t ld_h,
  size_t rows, size_t hidden) {
  for (size_t row = 0; row < rows; row++) {
    float *candidate = gates + row * ld_gates;
    float *reset = candidate + hidden;
    float *update = reset + hidden;
    const float *product = update + hidden;
    CK_EACH(j, k, hidden, {
      const vf r = ck_sigmoid(ck_load(reset + j, k));
      const vf z = ck_sigmoid(ck_load(update + j, k));
      const vf n = ck_tanh(ck_madd(r, ck_load(product + j, k), ck_load(candidate + j, k)));
      const vf before = ck_load(h_prev + row * ld_hp + j, k);
      ck_store(candidate + j, n, k);
      ck_store(reset + j, r, k);
      ck_store(update + j, z, k);
      ck_store(h + row * ld_h + j, ck_madd(z, before - n, n), k);
    })
  }
}

static void ck_gru_backward(
  float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, float *dh, size_t ld_dh,
  size_t rows, size_t hidden) {
  for (size_t row = 0; row < rows; row++) {
    float *candidate = gates + row * ld_gates;
    float *reset = candidate + hidden;
    float *update = reset + hidden;
    float *product = update + hidden;
    float *d_hidden = dh + row * ld_dh;
    CK_EACH(j, k, hidden, {
      const vf n = ck_load(candidate + j, k);
      const vf r = ck_load(reset + j, k);
      const vf z = ck_load(update + j, k);
      const vf d = ck_load(d_hidden + j, k);
      const vf before = ck_load(h_prev + row * ld_hp + j, k);
      const vf d_candidate = d * (1.0f - z) * ck_madd(-n, n, ck_splat(1.0f));
      ck_store(candidate + j, d_candidate, k);
      ck_store(reset + j, d_candidate * ck_load(product + j, k) * r * (1.0f - r), k);
      ck_store(update + j, d * (before - n) * z * (1.0f - z), k);
      ck_store(product + j, d_candidate * r, k);
      ck_store(d_hidden + j, d * z, k);
    })
  }
}

// ---- reset gate before the product: two halves, with the product of p between them ----

static void ck_gru_reset_forward(
  float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, size_t rows, size_t hidden) {
  for (size_t row = 0; row < rows; row++) {
    float *reset = gates + row * ld_gates + hidden;
    float *update = reset + hidden;
    float *kept = update + hidden;
    CK_EACH(j, k, hidden, {
      const vf r = ck_sigmoid(ck_load(reset + j, k));
      ck_store(reset + j, r, k);
      ck_store(update + j, ck_sigmoid(ck_load(update + j, k)), k);
      ck_store(kept + j, r * ck_load(h_prev + row * ld_hp + j, k), k);
    })
  }
}

static void ck_gru_update_forward(
  float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, float *h, size_t ld_h,
  size_t rows, size_t hidden) {
  for (size_t row = 0; row < rows; row++) {
    float *candidate = gates + row * ld_gates;
    const float *update = candidate + 2 * hidden;
    CK_EACH(j, k, hidden, {
      const vf n = ck_tanh(ck_load(candidate + j, k));
      const vf before = ck_load(h_prev + row * ld_hp + j, k);
      ck_store(candidate + j, n, k);
      ck_store(h + row * ld_h + j, ck_madd(ck_load(update + j, k), before - n, n), k);
    })
  }
}

static void ck_gru_update_backward(
  float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, float *dh, size_t ld_dh,
  size_t rows, size_t hidden) {
  for (size_t row = 0; row < rows; row++) {
    float *candidate = gates + row * ld_gates;
    float *update = candidate + 2 * hidden;
    float *d_hidden = dh + row * ld_dh;
    CK_EACH(j, k, hidden, {
      const vf n = ck_load(candidate + j, k);
      const vf z = ck_load(update + j, k);
      const vf d = ck_load(d_hidden + j, k);
      const vf before = ck_load(h_prev + row * ld_hp + j, k);
      ck_store(candidate + j, d * (1.0f - z) * ck_madd(-n, n, ck_splat(1.0f)), k);
      ck_store(update + j, d * (before - n) * z * (1.0f - z), k);
      ck_store(d_hidden + j, d * z, k);
    })
  }
}

static void ck_gru_reset_backward(
  float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, const float *dp, size_t ld_dp,
  float *dh, size_t ld_dh, size_t rows, size_t hidden) {
  for (size_t row = 0; row < rows; row++) {
    float *reset = gates + row * ld_gates + hidden;
    float *d_hidden = dh + row * ld_dh;
    CK_EACH(j, k, hidden, {
      const vf r = ck_load(reset + j, k);
      const vf d_kept = ck_load(dp + row * ld_dp + j, k);
      const vf before = ck_load(h_prev + row * ld_hp + j, k);
      ck_store(reset + j, d_kept * before * r * (1.0f - r), k);
      ck_store(d_hidden + j, ck_madd(d_kept, r, ck_load(d_hidden + j, k)), k);
    })
  }
}

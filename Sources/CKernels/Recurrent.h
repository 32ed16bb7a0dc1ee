// The gates of an LSTM, after the products with input and state have been summed into `gates`.

static void ck_lstm_forward(
  float *gates, size_t ld_gates, const float *c_prev, size_t ld_cp, float *c, size_t ld_c, float *h,
  size_t ld_h, size_t rows, size_t hidden) {
  for (size_t r = 0; r < rows; r++) {
    float *input = gates + r * ld_gates;
    float *forget = input + hidden;
    float *candidate = forget + hidden;
    float *output = candidate + hidden;
    CK_EACH(j, k, hidden, {
      const vf i = ck_sigmoid(ck_load(input + j, k));
      const vf f = ck_sigmoid(ck_load(forget + j, k));
      const vf g = ck_tanh(ck_load(candidate + j, k));
      const vf o = ck_sigmoid(ck_load(output + j, k));
      const vf before = c_prev ? ck_load(c_prev + r * ld_cp + j, k) : ck_splat(0.0f);
      const vf cell = ck_madd(f, before, i * g);
      ck_store(input + j, i, k);
      ck_store(forget + j, f, k);
      ck_store(candidate + j, g, k);
      ck_store(output + j, o, k);
      ck_store(c + r * ld_c + j, cell, k);
      ck_store(h + r * ld_h + j, o * ck_tanh(cell), k);
    })
  }
}

static void ck_lstm_backward(
  const float *gates, size_t ld_gates, const float *c_prev, size_t ld_cp, const float *c, size_t ld_c,
  const float *dh, size_t ld_dh, float *dc, size_t ld_dc, float *d_gates, size_t ld_dg, size_t rows,
  size_t hidden) {
  for (size_t r = 0; r < rows; r++) {
    const float *gate = gates + r * ld_gates;
    float *d_gate = d_gates + r * ld_dg;
    CK_EACH(j, k, hidden, {
      const vf i = ck_load(gate + j, k);
      const vf f = ck_load(gate + hidden + j, k);
      const vf g = ck_load(gate + 2 * hidden + j, k);
      const vf o = ck_load(gate + 3 * hidden + j, k);
      const vf before = c_prev ? ck_load(c_prev + r * ld_cp + j, k) : ck_splat(0.0f);
      const vf squashed = ck_tanh(ck_load(c + r * ld_c + j, k));
      const vf d_hidden = ck_load(dh + r * ld_dh + j, k);
      const vf one_minus_square = ck_madd(-squashed, squashed, ck_splat(1.0f));
      const vf d_cell =
        ck_madd(d_hidden * o, one_minus_square, ck_load(dc + r * ld_dc + j, k));
      ck_store(d_gate + j, d_cell * g * i * (1.0f - i), k);
      ck_store(d_gate + hidden + j, d_cell * before * f * (1.0f - f), k);
      ck_store(d_gate + 2 * hidden + j, d_cell * i * ck_madd(-g, g, ck_splat(1.0f)), k);
      ck_store(d_gate + 3 * hidden + j, d_hidden * squashed * o * (1.0f - o), k);
      ck_store(dc + r * ld_dc + j, d_cell * f, k);
    })
  }
}

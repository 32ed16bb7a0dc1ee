// Additive scores, Σ_a v[a] tanh(q[a] + k[c,a]) (Bahdanau et al. 2015): one query against some keys. The tanh of
// every element is computed again on the way back, so that n × n × A of them are never kept.

static void ck_additive_scores(
  const float *query, const float *keys, size_t ld_keys, const float *v, float *scores, size_t rows,
  size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *key = keys + r * ld_keys;
    vf sums[4] = {0};
    CK_EACH4(i, k, lane, columns, {
      const vf u = ck_tanh(ck_load(query + i, k) + ck_load(key + i, k));
      sums[lane] = ck_madd(u, ck_load(v + i, k), sums[lane]);
    })
    scores[r] = ck_total(sums);
  }
}

static void ck_additive_scores_backward(
  const float *query, const float *keys, size_t ld_keys, const float *v, const float *gradient,
  float *d_query, float *d_keys, size_t ld_dkeys, float *d_v, size_t rows, size_t columns) {
  // A strip of columns at a time: the gradients of query and v stay in registers.
  CK_EACH(i, k, columns, {
    const vf q = ck_load(query + i, k);
    const vf weight = ck_load(v + i, k);
    vf dq = ck_load(d_query + i, k);
    vf dv = ck_load(d_v + i, k);
    for (size_t r = 0; r < rows; r++) {
      const float g = gradient[r];
      if (g == 0.0f) continue;
      const vf u = ck_tanh(q + ck_load(keys + r * ld_keys + i, k));
      const vf slope = ck_madd(-u, u, ck_splat(1.0f)) * (weight * g);
      float *dk = d_keys + r * ld_dkeys + i;
      ck_store(dk, ck_load(dk, k) + slope, k);
      dq += slope;
      dv = ck_madd(ck_splat(g), u, dv);
    }
    ck_store(d_query + i, dq, k);
    ck_store(d_v + i, dv, k);
  })
}

// Cross-entropy over rows of logits, with label smoothing and its gradient in place of the logits; how far two
// passes over the same tokens are apart.

static void ck_cross_entropy_rows(
  float *logits, size_t ld, size_t rows, size_t columns, const int32_t *targets, float smoothing,
  float gradient_scale, int write_gradient, float *losses, float *nll) {
  for (size_t r = 0; r < rows; r++) {
    float *row = logits + r * ld;
    const int32_t target = targets[r];
    if (target < 0) {  // padding, whatever stands in its logits
      losses[r] = 0;
      if (nll) nll[r] = 0;
      if (write_gradient) memset(row, 0, columns * sizeof *row);
      continue;
    }
    const float target_logit = row[target];
    const float maximum = ck_row_maximum(row, NULL, columns);
    // Without smoothing the mean does not count, and an infinite logit must not reach the loss by it.
    double mean = 0;
    if (smoothing != 0) {
      vf sums[4] = {0};
      CK_EACH4(i, k, lane, columns, { sums[lane] += ck_load_or(row + i, k, maximum) - maximum; })
      mean = (double)maximum + (double)ck_total(sums) / (double)columns;
    }
    float total;
    if (write_gradient) {
      total = ck_row_exponentials(row, NULL, row, columns, maximum);
    } else {
      vf sums[4] = {0};
      CK_EACH4(i, k, lane, columns, {
        sums[lane] += ck_exp(ck_load_or(row + i, k, -INFINITY) - maximum);
      })
      total = ck_total(sums);
    }
    const double negative_log = (double)maximum - (double)target_logit + log((double)total);
    double loss = negative_log;
    if (smoothing != 0) loss += (double)smoothing * ((double)target_logit - mean);
    losses[r] = (float)loss;
    if (nll) nll[r] = (float)negative_log;
    if (write_gradient) {
      const float uniform = smoothing / (float)columns;
      const float inverse = 1.0f / total;
      const float at_target = row[target] * inverse - (1.0f - smoothing) - uniform;
      const float factor = gradient_scale * inverse;
      const float shift = gradient_scale * uniform;
      CK_EACH(i, k, columns, {
        ck_store(row + i, ck_madd(ck_load(row + i, k), ck_splat(factor), ck_splat(-shift)), k);
      })
      row[target] = gradient_scale * at_target;
    }
  }
}

static void ck_consistency_rows(
  const float *a, const float *b, size_t ld, size_t rows, size_t columns, const int32_t *targets,
  float gradient_scale, float *da, float *db, float *losses) {
  for (size_t r = 0; r < rows; r++) {
    const float *ar = a + r * ld, *br = b + r * ld;
    float *dar = da + r * ld, *dbr = db + r * ld;
    if (targets[r] < 0) {
      losses[r] = 0;
      memset(dar, 0, columns * sizeof *dar);
      memset(dbr, 0, columns * sizeof *dbr);
      continue;
    }
    const float a_maximum = ck_row_maximum(ar, NULL, columns);
    const float b_maximum = ck_row_maximum(br, NULL, columns);
    const float a_total = ck_row_exponentials(ar, NULL, dar, columns, a_maximum);
    const float b_total = ck_row_exponentials(br, NULL, dbr, columns, b_maximum);
    const float a_inverse = 1.0f / a_total, b_inverse = 1.0f / b_total;
    // log p - log q = a - b - shift
    const float shift = (a_maximum - b_maximum) + logf(a_total) - logf(b_total);
    vf forward[4] = {0}, backward[4] = {0};  // KL(p, q), KL(q, p)
    CK_EACH4(i, k, lane, columns, {
      const vf apart = ck_load(ar + i, k) - ck_load(br + i, k) - shift;
      forward[lane] = ck_madd(ck_load(dar + i, k) * a_inverse, apart, forward[lane]);
      backward[lane] = ck_madd(ck_load(dbr + i, k) * b_inverse, -apart, backward[lane]);
    })
    const float p_to_q = ck_total(forward), q_to_p = ck_total(backward);
    losses[r] = 0.5f * (p_to_q + q_to_p);
    const float half = 0.5f * gradient_scale;
    CK_EACH(i, k, columns, {
      const vf apart = ck_load(ar + i, k) - ck_load(br + i, k) - shift;
      const vf p = ck_load(dar + i, k) * a_inverse;
      const vf q = ck_load(dbr + i, k) * b_inverse;
      ck_store(dar + i, half * ((p - q) + p * (apart - p_to_q)), k);
      ck_store(dbr + i, half * ((q - p) - q * (apart + q_to_p)), k);
    })
  }
}

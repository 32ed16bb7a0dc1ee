// Cross-entropy over rows of logits, with label smoothing and its gradient in place of the logits.

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

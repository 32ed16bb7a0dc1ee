// Residual connection, dropout and layer normalisation in one go (post-norm: normalise the sum).

// s = residual + dropout(branch) for one row; returns Σ s. A NULL operand counts as 0; `dropping` is a
// constant after inlining. `first` is the dropout index of branch[0].
CK_INLINE float ck_residual_row(
  const float *residual, const float *branch, int dropping, ck_dropout_state d, uint64_t first,
  float *s, size_t n) {
  vf sums[4] = {0};
  CK_EACH4(i, k, lane, n, {
    vf value = residual ? ck_load(residual + i, k) : ck_splat(0.0f);
    if (branch) {
      const vf x = ck_load(branch + i, k);
      const vf kept = dropping ? ck_drop(d, first + i, x) : x;
      value = residual ? value + kept : kept;
    }
    ck_store(s + i, value, k);
    sums[lane] += value;  // 0 in the lanes behind the end
  })
  return ck_total(sums);
}

// The same, with the operands that are there as constants of each loop.
CK_INLINE float ck_residual_row_any(
  const float *residual, const float *branch, int dropping, ck_dropout_state d, uint64_t first,
  float *s, size_t n) {
  if (!branch) return ck_residual_row(residual, NULL, 0, d, 0, s, n);
  if (residual) {
    return dropping ? ck_residual_row(residual, branch, 1, d, first, s, n)
                    : ck_residual_row(residual, branch, 0, d, first, s, n);
  }
  return dropping ? ck_residual_row(NULL, branch, 1, d, first, s, n)
                  : ck_residual_row(NULL, branch, 0, d, first, s, n);
}

// Σ (s - mean)²
CK_INLINE float ck_squared_deviations(const float *s, float mean, size_t n) {
  vf sums[4] = {0};
  CK_EACH4(i, k, lane, n, {
    const vf deviation = ck_load_or(s + i, k, mean) - mean;
    sums[lane] = ck_madd(deviation, deviation, sums[lane]);
  })
  return ck_total(sums);
}

static void ck_add_norm(
  const float *residual, const float *branch, ck_dropout d, uint64_t first, const float *gamma,
  const float *beta, float epsilon, float *sum, float *y, float *mean, float *rstd, size_t rows,
  size_t columns) {
  if (!gamma && !sum) return;
  const ck_dropout_state state = ck_dropout_start(d);
  const int dropping = d.threshold != 0;
  const float count = columns ? (float)columns : 1.0f;
  for (size_t r = 0; r < rows; r++) {
    const size_t offset = r * columns;
    // Without `sum` the row of y holds s until it is normalised.
    float *s = (sum ? sum : y) + offset;
    const float total = ck_residual_row_any(
      residual ? residual + offset : NULL, branch ? branch + offset : NULL, dropping, state,
      first + offset, s, columns);
    if (!gamma) continue;
    const float m = total / count;
    const float variance = ck_squared_deviations(s, m, columns) / count;
    const float inverse = 1.0f / sqrtf(variance + epsilon);
    if (mean) mean[r] = m;
    if (rstd) rstd[r] = inverse;
    float *out = y + offset;
    CK_EACH(i, k, columns, {
      const vf normalised = (ck_load(s + i, k) - m) * inverse;
      ck_store(out + i, ck_madd(normalised, ck_load(gamma + i, k), ck_load(beta + i, k)), k);
    })
  }
}

// ds = rstd (g - mean(g) - x̂ mean(g x̂)) with g = dy γ and x̂ = (s - mean) rstd.
static void ck_add_norm_backward(
  const float *dy, const float *s, const float *mean, const float *rstd, const float *gamma,
  ck_dropout d, uint64_t first, float *ds, int accumulate_ds, float *d_branch, float *d_gamma,
  float *d_beta, size_t rows, size_t columns) {
  const ck_dropout_state state = ck_dropout_start(d);
  const int dropping = d.threshold != 0;
  for (size_t r = 0; r < rows; r++) {
    const size_t offset = r * columns;
    const float *gradient = dy + offset;
    const float *x = s + offset;
    const float m = mean[r];
    const float inverse = rstd[r];
    vf sums[4] = {0};
    vf dots[4] = {0};
    CK_EACH4(i, k, lane, columns, {
      const vf upstream = ck_load(gradient + i, k);
      const vf normalised = (ck_load(x + i, k) - m) * inverse;
      const vf g = upstream * ck_load(gamma + i, k);  // 0 behind the end
      sums[lane] += g;
      dots[lane] = ck_madd(g, normalised, dots[lane]);
      ck_store(d_gamma + i, ck_madd(upstream, normalised, ck_load(d_gamma + i, k)), k);
      ck_store(d_beta + i, ck_load(d_beta + i, k) + upstream, k);
    })
    const float shift = ck_total(sums) / (float)columns;
    const float slope = ck_total(dots) / (float)columns;
    float *out = ds + offset;
    CK_EACH(i, k, columns, {
      const vf normalised = (ck_load(x + i, k) - m) * inverse;
      const vf g = ck_load(gradient + i, k) * ck_load(gamma + i, k);
      const vf value = ck_madd(-normalised, ck_splat(slope), g - shift) * inverse;
      if (d_branch) {
        ck_store(
          d_branch + offset + i, dropping ? ck_drop(state, first + offset + i, value) : value, k);
      }
      ck_store(out + i, accumulate_ds ? ck_load(out + i, k) + value : value, k);
    })
  }
}

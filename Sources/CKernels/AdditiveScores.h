// Additive scores, Σ_a v[a] tanh(q[a] + k[c,a]) (Bahdanau et al. 2015). The tanh of every element is computed again on
// the way back, so that n × n × A of them are never kept.
//
// Two forms. The direct one takes one query against some keys and computes each tanh by itself. The other takes a tile
// of queries by keys and needs no exponential for a pair: tanh(q + k) = 1 - 2 / (e^2q e^2k + 1), and e^2q and e^2k are
// computed once a row. The exponentials and their product must be finite, so rows with an element beyond
// ±CK_ADDITIVE_LIMIT (or a NaN) are named "far" and left to the direct form. Which form a pair gets depends on its own
// query and key alone.

#define CK_ADDITIVE_LIMIT 21.0f  // e^(4 · 21) is a float

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

// ---- tiles ----

static size_t ck_additive_exponentials(
  const float *x, size_t ld, size_t rows, size_t columns, float factor, float *y, size_t ld_row,
  size_t ld_column, uint8_t *is_far) {
  size_t far_rows = 0;
  for (size_t r = 0; r < rows; r++) {
    const float *row = x + r * ld;
    vi outside = {0};
    CK_EACH(i, k, columns, {
      const vf value = ck_load(row + i, k);
      const vi inside = ck_absolute(value) <= CK_ADDITIVE_LIMIT;  // false for a NaN
      outside |= ~inside;
      const vf e = ck_exp((inside ? value : ck_splat(0.0f)) * 2.0f) * factor;
      if (ld_column == 1) {
        ck_store(y + r * ld_row + i, e, k);
      } else {
        const size_t count = k < CK_WIDTH ? k : CK_WIDTH;
        for (size_t lane = 0; lane < count; lane++) {
          y[r * ld_row + (i + lane) * ld_column] = e[lane];
        }
      }
    })
    is_far[r] = ck_lane_max((vf)(outside & 0x3f800000)) != 0.0f;
    far_rows += is_far[r];
  }
  return far_rows;
}

// tanh from half of e^2q e^2k: 1 - 1 / (half + 1/2).
CK_INLINE vf ck_tanh_of_product(vf query, vf half_key) {
  const vf h = ck_madd(query, half_key, ck_splat(0.5f));
#ifdef CK_HAS_ESTIMATE
  // One step of Newton's method doubles the estimate's 14 bits.
  const vf c = ck_estimate_reciprocal(h);
  return ck_madd(-c, ck_madd(-h, c, ck_splat(2.0f)), ck_splat(1.0f));
#else
  return 1.0f - 1.0f / h;
#endif
}

// R queries against the keys of one vector.
#define CK_ADDITIVE_ROWS(R)                                                                      \
  CK_INLINE void ck_additive_rows_##R(                                                           \
    const float *query, size_t ld_query, const float *keys, size_t ld_keys, const float *v,      \
    float *scores, size_t ld, size_t k, size_t width) {                                          \
    vf sums[R];                                                                                  \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) sums[r] = ck_splat(0.0f);     \
    for (size_t a = 0; a < width; a++) {                                                         \
      const vf key = ck_load(keys + a * ld_keys, k);                                             \
      const vf weight = ck_splat(v[a]);                                                          \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                           \
        const vf u = ck_tanh_of_product(ck_splat(query[r * ld_query + a]), key);                 \
        sums[r] = ck_madd(weight, u, sums[r]);                                                   \
      }                                                                                          \
    }                                                                                            \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                             \
      ck_store(scores + r * ld, sums[r], k);                                                     \
    }                                                                                            \
  }
CK_ADDITIVE_ROWS(1)
CK_ADDITIVE_ROWS(4)

static void ck_additive_tile_scores(
  const float *queries, size_t ld_queries, const float *keys, size_t ld_keys, const float *v,
  float *scores, size_t ld, size_t rows, size_t columns, size_t width) {
  CK_EACH(j, k, columns, {
    size_t r = 0;
    for (; r + 4 <= rows; r += 4) {
      ck_additive_rows_4(
        queries + r * ld_queries, ld_queries, keys + j, ld_keys, v, scores + r * ld + j, ld, k,
        width);
    }
    for (; r < rows; r++) {
      ck_additive_rows_1(
        queries + r * ld_queries, ld_queries, keys + j, ld_keys, v, scores + r * ld + j, ld, k,
        width);
    }
  })
}

// R queries against all keys of the tile. The sums over the keys stay in registers; those over the queries are added
// to a row of d_keys for each a.
#define CK_ADDITIVE_BACKWARD_ROWS(R)                                                             \
  CK_INLINE void ck_additive_backward_rows_##R(                                                  \
    const float *query, size_t ld_query, const float *keys, size_t ld_keys, const float *v,      \
    const float *gradient, size_t ld, float *d_query, size_t ld_dquery, float *d_keys, float *d_v, \
    size_t columns, size_t width) {                                                              \
    for (size_t a = 0; a < width; a++) {                                                         \
      const float *key_row = keys + a * ld_keys;                                                 \
      float *d_key_row = d_keys + a * ld_keys;                                                   \
      vf dq[R];                                                                                  \
      vf dv[R];                                                                                  \
      vf q[R];                                                                                   \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                           \
        dq[r] = dv[r] = ck_splat(0.0f);                                                          \
        q[r] = ck_splat(query[r * ld_query + a]);                                                \
      }                                                                                          \
      CK_EACH(j, k, columns, {                                                                   \
        const vf key = ck_load(key_row + j, k);                                                  \
        vf dk = ck_load(d_key_row + j, k);                                                       \
        _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                         \
          const vf g = ck_load(gradient + r * ld + j, k);                                        \
          const vf u = ck_tanh_of_product(q[r], key);                                            \
          const vf slope = ck_madd(-u, u, ck_splat(1.0f)) * g;                                   \
          dv[r] = ck_madd(g, u, dv[r]);                                                          \
          dq[r] += slope;                                                                        \
          dk += slope;                                                                           \
        }                                                                                        \
        ck_store(d_key_row + j, dk, k);                                                          \
      })                                                                                         \
      vf total = ck_splat(0.0f);                                                                 \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < R; r++) {                           \
        d_query[r * ld_dquery + a] += v[a] * ck_lane_sum(dq[r]);                                 \
        total += dv[r];                                                                          \
      }                                                                                          \
      d_v[a] += ck_lane_sum(total);                                                              \
    }                                                                                            \
  }
CK_ADDITIVE_BACKWARD_ROWS(1)
CK_ADDITIVE_BACKWARD_ROWS(4)

static void ck_additive_tile_backward(
  const float *queries, size_t ld_queries, const float *keys, size_t ld_keys, const float *v,
  const float *gradient, size_t ld, float *d_queries, size_t ld_dqueries, float *d_keys, float *d_v,
  size_t rows, size_t columns, size_t width) {
  size_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    ck_additive_backward_rows_4(
      queries + r * ld_queries, ld_queries, keys, ld_keys, v, gradient + r * ld, ld,
      d_queries + r * ld_dqueries, ld_dqueries, d_keys, d_v, columns, width);
  }
  for (; r < rows; r++) {
    ck_additive_backward_rows_1(
      queries + r * ld_queries, ld_queries, keys, ld_keys, v, gradient + r * ld, ld,
      d_queries + r * ld_dqueries, ld_dqueries, d_keys, d_v, columns, width);
  }
}

// y[r, a] += v[a] x[a, r]
static void ck_additive_add_keys(
  const float *x, size_t ldx, const float *v, float *y, size_t ldy, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    for (size_t a = 0; a < columns; a++) y[r * ldy + a] += v[a] * x[a * ldx + r];
  }
}

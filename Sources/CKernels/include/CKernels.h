// Vector kernels with run-time CPU dispatch. The only loops of the package that know about vector
// registers live behind this header; everything above is written in terms of these functions.
//
// Conventions
// - float32, row-major. `ld…` is the distance in floats between the starts of two rows.
// - No function allocates, none keeps state, all are safe to call from several threads on disjoint
//   outputs. Reductions have a fixed order, so a result depends on the arguments alone.
// - One body (CKernelsBody.h) is compiled once per instruction set; `ck_functions_for` hands out the
//   table. The portable table exists on every architecture.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef enum { CK_PORTABLE = 0, CK_AVX2 = 1, CK_AVX512 = 2 } ck_instruction_set;

typedef enum {
  CK_IDENTITY = 0,
  CK_RELU = 1,
  CK_GELU_EXACT = 2,  // x Φ(x), with erf
  CK_GELU_TANH = 3,   // the tanh approximation of Hendrycks and Gimpel
  CK_SILU = 4,
  CK_TANH = 5,
  CK_SIGMOID = 6
} ck_activation;

// Counter-based dropout. Element with absolute index i is kept when hash(key, i) >= threshold; kept
// values are multiplied by `scale` = 1 / (1 - rate). threshold == 0 means "no dropout" (and then scale
// is 1). The same (key, i) gives the same decision in forward and backward, whatever the blocking.
typedef struct {
  uint64_t key;
  uint32_t threshold;  // rate * 2^32, rounded
  float scale;
} ck_dropout;

typedef struct {
  float learning_rate;
  float beta1, beta2, epsilon;
  // 1 / (1 - beta^t), with the beta that stands here: computed from a double that rounds to it, the
  // first steps are off by up to 1e-5 (1 - 0.999f is not 0.001f).
  float correction1, correction2;
  float decoupled_weight_decay;    // AdamW: w -= learning_rate * decay * w, before the Adam step
  float gradient_scale;            // multiplied into the gradient first (clipping, 1 / tokens)
} ck_adam;

typedef struct {
  const char *name;  // "AVX-512", "AVX2", "portable"

  // ---- elementwise, n floats; y may alias x ----
  void (*exponential)(const float *x, float *y, size_t n);
  void (*add)(const float *a, const float *b, float *y, size_t n);
  void (*multiply)(const float *a, const float *b, float *y, size_t n);
  void (*scale)(float alpha, const float *x, float *y, size_t n);            // y = alpha x
  void (*add_scaled)(float alpha, const float *x, float *y, size_t n);       // y += alpha x
  void (*multiply_add)(const float *a, const float *b, float *y, size_t n);  // y += a b
  // Reductions in double, fixed order.
  double (*sum)(const float *x, size_t n);
  double (*sum_of_squares)(const float *x, size_t n);
  double (*dot)(const float *a, const float *b, size_t n);

  // y = x where kept, times scale; 0 where dropped. `first` is the absolute index of x[0].
  void (*dropout)(ck_dropout d, uint64_t first, const float *x, float *y, size_t n);

  // ---- activations ----
  // z[r,c] += bias[c] (bias may be NULL); y[r,c] = f(z[r,c]). z and y may be the same matrix.
  void (*bias_activation)(
    ck_activation kind, float *z, size_t ldz, const float *bias, float *y, size_t ldy, size_t rows,
    size_t columns);
  // dz = dy * f'. `saved` is the output y for identity, ReLU, tanh and sigmoid, and the
  // pre-activation z for GELU and SiLU. dz may alias dy.
  void (*activation_backward)(
    ck_activation kind, const float *dy, const float *saved, float *dz, size_t n);

  // sums[c] (+)= Σ_r x[r,c]
  void (*column_sums)(
    const float *x, size_t ldx, size_t rows, size_t columns, float *sums, int accumulate);

  // ---- softmax ----
  // A row that is all -inf gives zeros. y may alias x.
  void (*softmax_rows)(const float *x, size_t ldx, float *y, size_t ldy, size_t rows, size_t columns);
  // dx = y ∘ (dy - Σ y dy). dx may alias dy.
  void (*softmax_rows_backward)(
    const float *y, size_t ldy, const float *dy, size_t lddy, float *dx, size_t lddx, size_t rows,
    size_t columns);

  // ---- attention in tiles (softmax on line) ----
  // scores[r,c] is valid for first[r] <= c < last[r] (columns of this tile; an empty range is
  // allowed); everything outside becomes 0. NULL first and last mean all columns. `allowed` (may be
  // NULL): a byte per element, 0 = may not attend. What stands in an invalid element, NaN included,
  // does not matter.
  // On return scores holds exp(s - max), row_max and row_sum are carried on (start: -inf and 0) and
  // correction[r] = exp(old max - new max) is what the accumulated output of row r must be multiplied
  // with (1 while a row has seen nothing, so that 0 stays 0).
  void (*attention_tile_forward)(
    float *scores, size_t ld, size_t rows, size_t columns, const int32_t *first, const int32_t *last,
    const uint8_t *allowed, size_t ld_allowed, float *row_max, float *row_sum, float *correction);
  // scores = exp(s - log_sum_exp[r]) in the valid range, 0 outside (and 0 where log_sum_exp is -inf).
  void (*attention_tile_probabilities)(
    float *scores, size_t ld, size_t rows, size_t columns, const int32_t *first, const int32_t *last,
    const uint8_t *allowed, size_t ld_allowed, const float *log_sum_exp);
  // gradient[r,c] = scale * p[r,c] * (gradient[r,c] - delta[r]); 0 where p is 0 (even if gradient is NaN)
  void (*attention_tile_backward)(
    const float *p, float *gradient, size_t ld, size_t rows, size_t columns, const float *delta,
    float scale);
  // y[r,c] = dropout of x[r,c] with absolute index first + r * index_stride + c. y may alias x.
  void (*dropout_rows)(
    ck_dropout d, uint64_t first, uint64_t index_stride, const float *x, size_t ldx, float *y,
    size_t ldy, size_t rows, size_t columns);
  // y[r,c] *= factors[r]
  void (*scale_rows)(float *y, size_t ldy, const float *factors, size_t rows, size_t columns);
  // sums[r] = Σ_c a[r,c] b[r,c]
  void (*row_dots)(
    const float *a, size_t lda, const float *b, size_t ldb, size_t rows, size_t columns, float *sums);

  // ---- gated linear unit: a row of x holds a and b, `columns` each; y = a σ(b) ----
  void (*gated_linear_unit)(
    const float *x, size_t ldx, float *y, size_t ldy, size_t rows, size_t columns);
  // dx (rows of 2 columns) from x and dy.
  void (*gated_linear_unit_backward)(
    const float *x, size_t ldx, const float *dy, size_t lddy, float *dx, size_t lddx, size_t rows,
    size_t columns);

  // ---- terms of attention by distance ----
  // x[r,c] += terms[r * ld_terms + clip(offsets[r] + c)], clip(i) = min(max(i, 0), count - 1), count > 0.
  // ld_terms 0: the same terms for all rows.
  void (*add_distance_terms)(
    float *x, size_t ld, size_t rows, size_t columns, const int32_t *offsets, const float *terms,
    size_t ld_terms, size_t count);
  // The way back: sums[r * ld_sums + clip(offsets[r] + c)] += x[r,c]
  void (*sum_distance_terms)(
    const float *x, size_t ld, size_t rows, size_t columns, const int32_t *offsets, float *sums,
    size_t ld_sums, size_t count);
  // (y[2i], y[2i+1]) = (x[2i], x[2i+1]) rotated by direction (1 or -1) times an angle, whose cosine and sine
  // are cosines_and_sines[2i] and [2i+1]. y may alias x.
  void (*rotate_pairs)(
    const float *x, const float *cosines_and_sines, float direction, float *y, size_t pairs);

  // ---- additive attention: one query [columns] against `rows` keys ----
  // scores[r] = Σ_c v[c] tanh(query[c] + keys[r,c])
  void (*additive_scores)(
    const float *query, const float *keys, size_t ld_keys, const float *v, float *scores, size_t rows,
    size_t columns);
  // From the gradient of the scores [rows]: adds to d_query [columns], d_keys [rows, columns] and d_v
  // [columns]. A row whose gradient is 0 is not read.
  void (*additive_scores_backward)(
    const float *query, const float *keys, size_t ld_keys, const float *v, const float *gradient,
    float *d_query, float *d_keys, size_t ld_dkeys, float *d_v, size_t rows, size_t columns);
  // A tile of queries by keys works on exponentials: e^2q [rows, width] and, laid out the other way, half of e^2k
  // [width, columns]. This makes them, y[r ld_row + c ld_column] = factor e^(2 x[r,c]). A row with an element beyond
  // ±21 or a NaN is "far": it has some finite numbers instead, its is_far[r] is 1 (else 0), and its pairs are a matter
  // of the functions above. Returns the number of far rows. x may not alias y.
  size_t (*additive_exponentials)(
    const float *x, size_t ld, size_t rows, size_t columns, float factor, float *y, size_t ld_row,
    size_t ld_column, uint8_t *is_far);
  // scores[r,c] = Σ_a v[a] tanh(query r + key c), to about 1e-7 Σ|v|.
  void (*additive_tile_scores)(
    const float *queries, size_t ld_queries, const float *keys, size_t ld_keys, const float *v,
    float *scores, size_t ld, size_t rows, size_t columns, size_t width);
  // From the gradient of the scores [rows, columns]: adds to d_queries [rows, width], d_v [width] and d_keys, which is
  // laid out like keys and lacks the factor v[a].
  void (*additive_tile_backward)(
    const float *queries, size_t ld_queries, const float *keys, size_t ld_keys, const float *v,
    const float *gradient, size_t ld, float *d_queries, size_t ld_dqueries, float *d_keys, float *d_v,
    size_t rows, size_t columns, size_t width);
  // y[r,a] += v[a] x[a,r], y [rows, columns]: brings d_keys back into the keys' order.
  void (*additive_add_keys)(
    const float *x, size_t ldx, const float *v, float *y, size_t ldy, size_t rows, size_t columns);

  // ---- residual + dropout + layer norm ----
  // s = residual + dropout(branch); y = (s - mean) * rstd * gamma + beta, biased variance,
  // rstd = 1 / sqrt(var + epsilon). residual and branch may each be NULL (counts as 0).
  // `sum` receives s (may be NULL; may alias residual or branch), mean and rstd one value a row (may be
  // NULL). gamma NULL: only s is computed and y is not touched. Absolute dropout index of branch[r,c]
  // is first + r * columns + c. Two passes over the row: mean first, then the variance about it.
  void (*add_norm)(
    const float *residual, const float *branch, ck_dropout d, uint64_t first, const float *gamma,
    const float *beta, float epsilon, float *sum, float *y, float *mean, float *rstd, size_t rows,
    size_t columns);
  // From dy and the saved s, mean, rstd: ds (written, or added to when accumulate_ds != 0; may alias
  // dy when written); d_gamma and d_beta are added to. When d_branch is not NULL it receives
  // dropout(ds) with the mask of the forward pass (from the newly computed ds, not an accumulated one).
  void (*add_norm_backward)(
    const float *dy, const float *s, const float *mean, const float *rstd, const float *gamma,
    ck_dropout d, uint64_t first, float *ds, int accumulate_ds, float *d_branch, float *d_gamma,
    float *d_beta, size_t rows, size_t columns);

  // ---- loss ----
  // Cross-entropy with label smoothing over one chunk of logits. Target distribution:
  // (1 - smoothing) one-hot + smoothing / columns. A negative target is padding: loss 0, gradient 0.
  // The caller has checked that targets are below `columns`.
  // losses[r] = Σ -q log p; nll[r] = -log p[target] (may be NULL). When write_gradient != 0, logits
  // are overwritten with gradient_scale * (p - q).
  void (*cross_entropy_rows)(
    float *logits, size_t ld, size_t rows, size_t columns, const int32_t *targets, float smoothing,
    float gradient_scale, int write_gradient, float *losses, float *nll);
  // How far two distributions over the same tokens are apart (R-Drop): with p = softmax(a), q = softmax(b),
  // losses[r] = (KL(p, q) + KL(q, p)) / 2; da and db get gradient_scale times its gradients. Targets are looked
  // at for padding alone, as above. All of them have rows of ld.
  void (*consistency_rows)(
    const float *a, const float *b, size_t ld, size_t rows, size_t columns, const int32_t *targets,
    float gradient_scale, float *da, float *db, float *losses);

  // ---- optimiser ----
  // m and v are the first and second moment. One pass.
  void (*adam)(ck_adam a, float *w, const float *g, float *m, float *v, size_t n);

  // ---- LSTM, gates in PyTorch's order i, f, g, o; a row of `gates` is 4H wide ----
  // gates holds pre-activations and is overwritten with the activated gates. c = f c_prev + i g,
  // h = o tanh(c). c_prev NULL counts as 0.
  void (*lstm_forward)(
    float *gates, size_t ld_gates, const float *c_prev, size_t ld_cp, float *c, size_t ld_c, float *h,
    size_t ld_h, size_t rows, size_t hidden);
  // From dh and dc (in: gradient w.r.t. c of this step, out: w.r.t. c_prev, in place) and the activated
  // gates: d_gates, pre-activation. d_gates may alias gates.
  void (*lstm_backward)(
    const float *gates, size_t ld_gates, const float *c_prev, size_t ld_cp, const float *c,
    size_t ld_c, const float *dh, size_t ld_dh, float *dc, size_t ld_dc, float *d_gates, size_t ld_dg,
    size_t rows, size_t hidden);

  // ---- GRU; a row of `gates` is 4H wide: candidate n, reset r, update z, and a fourth part ----
  // All overwrite pre-activations with activations, and activations with the gradients of the
  // pre-activations. h = (1 - z) n + z h_prev. In the backward kernels dh holds the gradient of h and is
  // overwritten with the part of the gradient of h_prev that goes past the products.
  //
  // Reset gate after the product: n = tanh(n + r q), with q = W_hn h_prev + b_hn in the fourth part; its
  // gradient replaces it.
  void (*gru_forward)(
    float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, float *h, size_t ld_h,
    size_t rows, size_t hidden);
  void (*gru_backward)(
    float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, float *dh, size_t ld_dh,
    size_t rows, size_t hidden);
  // Reset gate before the product. First r, z and p = r h_prev (fourth part); then, when W_hn p has been
  // added to n, n and h. Backward first n and z; then, from dp = W_hnᵀ dn, r, which adds r dp to dh.
  void (*gru_reset_forward)(
    float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, size_t rows, size_t hidden);
  void (*gru_update_forward)(
    float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, float *h, size_t ld_h,
    size_t rows, size_t hidden);
  void (*gru_update_backward)(
    float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, float *dh, size_t ld_dh,
    size_t rows, size_t hidden);
  void (*gru_reset_backward)(
    float *gates, size_t ld_gates, const float *h_prev, size_t ld_hp, const float *dp, size_t ld_dp,
    float *dh, size_t ld_dh, size_t rows, size_t hidden);

  // ---- products with a matrix that is used again and again ----
  // A matrix [inner, columns] (or [columns, inner], transposed) in panels of panel_width columns, each
  // [inner, panel_width], the last filled up with zeros: ceil(columns / panel_width) panels.
  size_t panel_width;
  void (*pack_panels)(
    const float *matrix, size_t ld, int transposed, size_t inner, size_t columns, float *panels);
  // c = a times the panels, or c += where accumulate != 0. `c` and `panels` may begin at any panel.
  void (*panel_product)(
    const float *a, size_t lda, const float *panels, float *c, size_t ldc, size_t rows, size_t inner,
    size_t columns, int accumulate);

  // ---- products of any size ----
  // c = alpha a b, or c += alpha a b where accumulate != 0; a is [rows, inner] and b [inner, columns], or the other way
  // round in memory where transposed != 0. `scratch` holds product_scratch floats. Every element is a sum in
  // one order, wherever in c it stands.
  size_t (*product_scratch)(size_t rows, size_t inner, size_t columns);
  void (*product)(
    const float *a, size_t lda, int a_transposed, const float *b, size_t ldb, int b_transposed,
    float *c, size_t ldc, size_t rows, size_t inner, size_t columns, float alpha, int accumulate,
    float *scratch);
  // The same for few rows: b is read once and not laid out anew.
  void (*row_product)(
    const float *a, size_t lda, const float *b, size_t ldb, int b_transposed, float *c, size_t ldc,
    size_t rows, size_t inner, size_t columns, float alpha, int accumulate);
} ck_functions;

// What a thread does between two looks at memory that another one is about to write.
static inline void ck_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// NULL when this build or this CPU does not have it.
const ck_functions *ck_functions_for(ck_instruction_set set);
// The widest that this CPU has. ATTENTION_INSTRUCTIONS=portable|avx2|avx512 in the environment narrows it.
const ck_functions *ck_best_functions(void);

// A product as ck_functions.product, whose factors are rounded to another format first; sums are in float32.
// Subnormal factors count as 0. `product` needs a scratch of that many floats.
typedef struct {
  size_t (*scratch)(size_t rows, size_t inner, size_t columns);
  void (*product)(
    const float *a, size_t lda, int a_transposed, const float *b, size_t ldb, int b_transposed,
    float *c, size_t ldc, size_t rows, size_t inner, size_t columns, float alpha, int accumulate,
    float *scratch);
} ck_rounded_product;

// Factors in bfloat16, rounded to the nearest, ties to even; NULL when this CPU has no such products.
const ck_rounded_product *ck_bfloat16_product(void);

#endif

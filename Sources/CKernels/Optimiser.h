// Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter 2019), one pass over memory.

static void ck_adam_step(ck_adam a, float *w, const float *g, float *m, float *v, size_t n) {
  const float keep = 1.0f - a.learning_rate * a.decoupled_weight_decay;
  CK_EACH(i, k, n, {
    const vf gradient = ck_load(g + i, k) * a.gradient_scale;
    const vf first = ck_madd(ck_splat(a.beta1), ck_load(m + i, k), gradient * (1.0f - a.beta1));
    const vf second =
      ck_madd(ck_splat(a.beta2), ck_load(v + i, k), gradient * gradient * (1.0f - a.beta2));
    const vf root = __builtin_elementwise_sqrt(second * a.correction2) + a.epsilon;
    const vf step = first * a.correction1 / root;
    ck_store(m + i, first, k);
    ck_store(v + i, second, k);
    ck_store(w + i, ck_madd(step, ck_splat(-a.learning_rate), ck_load(w + i, k) * keep), k);
  })
}

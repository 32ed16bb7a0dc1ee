// Activation functions with their bias, and the way back. The functions take `kind` as a constant
// after inlining, so each loop holds one activation.

#define CK_SQRT_8_OVER_PI 1.5957691216f  // 2 sqrt(2 / π)
#define CK_GELU_CUBIC 0.044715f

// GELU by tanh is x σ(2u), u = sqrt(2/π) (x + 0.044715 x³): 1 + tanh u = 2 σ(2u), without cancellation.
CK_INLINE vf ck_gelu_argument(vf x) {
  const vf inner = ck_madd(x * x, ck_splat(CK_GELU_CUBIC), ck_splat(1.0f));
  return x * inner * CK_SQRT_8_OVER_PI;
}

CK_INLINE vf ck_activate(ck_activation kind, vf z) {
  vf density;
  switch (kind) {
    case CK_RELU: return z < 0.0f ? ck_splat(0.0f) : z;
    case CK_GELU_EXACT: return z * ck_normal(z, &density);
    case CK_GELU_TANH: return z * ck_sigmoid(ck_gelu_argument(z));
    case CK_SILU: return z * ck_sigmoid(z);
    case CK_TANH: return ck_tanh(z);
    case CK_SIGMOID: return ck_sigmoid(z);
    case CK_IDENTITY: break;
  }
  return z;
}

// f' from what was saved: the output y for identity, ReLU, tanh and sigmoid, else the input z.
CK_INLINE vf ck_slope(ck_activation kind, vf saved) {
  vf density;
  switch (kind) {
    case CK_GELU_EXACT: {
      const vf phi = ck_normal(saved, &density);
      return ck_madd(saved * density, ck_splat(0.3989422804f), phi);  // Φ(x) + x φ(x)
    }
    case CK_GELU_TANH: {
      const vf s = ck_sigmoid(ck_gelu_argument(saved));
      const vf inner = ck_madd(saved * saved, ck_splat(3 * CK_GELU_CUBIC), ck_splat(1.0f));
      return ck_madd(saved * s * (1.0f - s), inner * CK_SQRT_8_OVER_PI, s);
    }
    case CK_SILU: {
      const vf s = ck_sigmoid(saved);
      return ck_madd(saved * s, 1.0f - s, s);
    }
    case CK_TANH: return ck_madd(-saved, saved, ck_splat(1.0f));
    case CK_SIGMOID: return saved * (1.0f - saved);
    case CK_RELU:  // has its own line below
    case CK_IDENTITY: break;
  }
  return ck_splat(1.0f);
}

CK_INLINE void ck_bias_activation_of(
  ck_activation kind, float *z, size_t ldz, const float *bias, float *y, size_t ldy, size_t rows,
  size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    float *zr = z + r * ldz;
    float *yr = y + r * ldy;
    if (bias) {
      CK_EACH(i, k, columns, {
        const vf value = ck_load(zr + i, k) + ck_load(bias + i, k);
        if (z != y) ck_store(zr + i, value, k);
        ck_store(yr + i, ck_activate(kind, value), k);
      })
    } else {
      CK_EACH(i, k, columns, { ck_store(yr + i, ck_activate(kind, ck_load(zr + i, k)), k); })
    }
  }
}

CK_INLINE void ck_activation_backward_of(
  ck_activation kind, const float *dy, const float *saved, float *dz, size_t n) {
  CK_EACH(i, k, n, {
    const vf upstream = ck_load(dy + i, k);
    const vf value = ck_load(saved + i, k);
    if (kind == CK_RELU) {  // a choice, so that 0 times infinity cannot happen
      ck_store(dz + i, value > 0.0f ? upstream : ck_splat(0.0f), k);
    } else {
      ck_store(dz + i, upstream * ck_slope(kind, value), k);
    }
  })
}

// Calls f with `kind` as a constant.
#define CK_FOR_KIND(f, ...)                                \
  switch (kind) {                                          \
    case CK_IDENTITY: f(CK_IDENTITY, __VA_ARGS__); break;  \
    case CK_RELU: f(CK_RELU, __VA_ARGS__); break;          \
    case CK_GELU_EXACT: f(CK_GELU_EXACT, __VA_ARGS__); break; \
    case CK_GELU_TANH: f(CK_GELU_TANH, __VA_ARGS__); break; \
    case CK_SILU: f(CK_SILU, __VA_ARGS__); break;          \
    case CK_TANH: f(CK_TANH, __VA_ARGS__); break;          \
    case CK_SIGMOID: f(CK_SIGMOID, __VA_ARGS__); break;    \
  }

static void ck_bias_activation(
  ck_activation kind, float *z, size_t ldz, const float *bias, float *y, size_t ldy, size_t rows,
  size_t columns) {
  CK_FOR_KIND(ck_bias_activation_of, z, ldz, bias, y, ldy, rows, columns)
}

static void ck_activation_backward(
  ck_activation kind, const float *dy, const float *saved, float *dz, size_t n) {
  CK_FOR_KIND(ck_activation_backward_of, dy, saved, dz, n)
}

// exp, tanh, the logistic function and the normal distribution on vectors.

// 2^n as float arithmetic sees it: adding this constant rounds to an integer and leaves it in the low
// bits of the mantissa.
#define CK_ROUNDING_SHIFT 12582912.0f  // 1.5 * 2^23

// x = n ln 2 + r with |r| <= ln 2 / 2. ln 2 is split so that n * (first part) is exact.
// Returns e^r - 1; *shifted receives n + CK_ROUNDING_SHIFT.
CK_INLINE vf ck_reduced_exponential(vf x, vf *shifted) {
  const vf t = ck_madd(x, ck_splat(1.442695041f), ck_splat(CK_ROUNDING_SHIFT));
  const vf n = t - CK_ROUNDING_SHIFT;
  vf r = ck_madd(n, ck_splat(-0.693359375f), x);
  r = ck_madd(n, ck_splat(2.12194440e-4f), r);
  // (e^r - 1 - r) / r^2, minimax of degree 4: relative error of e^r 3e-9.
  vf q = ck_splat(0.0013950602f);
  q = ck_madd(q, r, ck_splat(0.008368953f));
  q = ck_madd(q, r, ck_splat(0.041666206f));
  q = ck_madd(q, r, ck_splat(0.16666518f));
  q = ck_madd(q, r, ck_splat(0.5f));
  *shifted = t;
  return ck_madd(r * r, q, r);
}

// p 2^n, also where 2^n is no float of its own and where the result is subnormal.
CK_INLINE vf ck_times_power_of_two(vf p, vf shifted) {
#ifdef CK_HAS_SCALE
  return ck_scale_by_power(p, shifted - CK_ROUNDING_SHIFT);
#else
  const vi n = (vi)shifted - (vi)ck_splat(CK_ROUNDING_SHIFT);
  const vi half = n >> 1;
  const vf a = (vf)((half + 127) << 23);
  const vf b = (vf)((n - half + 127) << 23);
  return p * a * b;
#endif
}

// At most 1.04 ulp from e^x (measured over all floats); 0, infinity and NaN where they belong.
CK_INLINE vf ck_exp(vf x) {
  // Beyond the clamps the result is 0 or infinity by rounding alone.
  x = ck_at_most(ck_at_least(x, -104.0f), 89.0f);
  vf shifted;
  const vf p = ck_reduced_exponential(x, &shifted) + 1.0f;
  return ck_times_power_of_two(p, shifted);
}

CK_INLINE float ck_exp_scalar(float x) { return ck_exp(ck_splat(x)).x; }

// tanh |x| = (e^2|x| - 1) / (e^2|x| + 1), by e^2|x| - 1 so that small x keep their relative accuracy.
CK_INLINE vf ck_tanh(vf x) {
  const vf doubled = ck_at_most(ck_absolute(x) * 2.0f, 20.0f);  // tanh 10 rounds to 1
  vf shifted;
  const vf q = ck_reduced_exponential(doubled, &shifted);
  const vf power = (vf)(((vi)shifted << 23) + 0x3f800000);
  const vf minus_one = ck_madd(power, q, power - 1.0f);
  return ck_with_sign(minus_one / (minus_one + 2.0f), x);
}

CK_INLINE vf ck_sigmoid(vf x) { return 1.0f / (1.0f + ck_exp(-x)); }

// The normal distribution Φ(x); *density receives exp(-x²/2), which the derivative needs.
// Φ(-|x|) = exp(-x²/2) g(|x|), and g is a polynomial in 1 / (1 + 0.35 |x|) (relative error 3e-8): no
// cancellation on the negative side, unlike (1 + erf) / 2.
CK_INLINE vf ck_normal(vf x, vf *density) {
  const vf e = ck_exp(x * x * -0.5f);
  const vf t = 1.0f / ck_madd(ck_absolute(x), ck_splat(0.35f), ck_splat(1.0f));
  vf g = ck_splat(-0.029157875f);
  g = ck_madd(g, t, ck_splat(0.14403087f));
  g = ck_madd(g, t, ck_splat(-0.2558389f));
  g = ck_madd(g, t, ck_splat(0.15931958f));
  g = ck_madd(g, t, ck_splat(-0.023212273f));
  g = ck_madd(g, t, ck_splat(0.10555247f));
  g = ck_madd(g, t, ck_splat(0.119821295f));
  g = ck_madd(g, t, ck_splat(0.13986352f));
  g = ck_madd(g, t, ck_splat(0.1396213f));
  const vf tail = e * (t * g);
  *density = e;
  return x < 0.0f ? tail : 1.0f - tail;
}

// Dropout without a stored mask: the decision for an element is a hash of a 64-bit key and the
// element's 64-bit index, so the backward pass, another blocking or another instruction set repeats it.
//
// The hash works on 32-bit lanes:
//   (k0, k1) = the key after a 64-bit mixer, once a call (keys that count up become unrelated);
//   h = low half of the index ^ k0; mix; h += k1 + high half * odd constant; mix; multiply.
// Each mix is xor-shift and multiplication by an odd constant, a bijection of the word. The comparison
// with the threshold looks at the upper bits, which the last multiplication mixes best, so no
// xor-shift follows it.

typedef struct {
  uint32_t k0, k1;
  uint32_t threshold;
  float scale;
} ck_dropout_state;

CK_INLINE ck_dropout_state ck_dropout_start(ck_dropout d) {
  uint64_t z = d.key + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return (ck_dropout_state){(uint32_t)z, (uint32_t)(z >> 32), d.threshold, d.scale};
}

CK_INLINE vu ck_lane_numbers(void) {
  vu lanes;
  for (uint32_t lane = 0; lane < CK_WIDTH; lane++) lanes[lane] = lane;
  return lanes;
}

// The mask of the elements index, index + 1, …
CK_INLINE vi ck_kept(ck_dropout_state d, uint64_t index) {
  const uint32_t high = (uint32_t)(index >> 32);
  const uint32_t word = d.k1 + high * 0x9e3779b1u;
  const uint32_t next = d.k1 + (high + 1) * 0x9e3779b1u;
  const vu low = ck_lane_numbers() + (uint32_t)index;
  const vu upper = low < (vu)(uint32_t)index ? (vu)(next) : (vu)(word);  // a carry within the vector
  vu h = low ^ d.k0;
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h += upper;
  h *= 0x846ca68bu;
  h ^= h >> 16;
  h *= 0x9e3779b1u;
  return h >= (vu)(d.threshold);
}

CK_INLINE vf ck_drop(ck_dropout_state d, uint64_t index, vf x) {
  return ck_kept(d, index) ? x * d.scale : ck_splat(0.0f);
}

static void ck_dropout_elements(
  ck_dropout d, uint64_t first, const float *x, float *y, size_t n) {
  if (d.threshold == 0) {
    if (x != y) memmove(y, x, n * sizeof *x);
    return;
  }
  const ck_dropout_state state = ck_dropout_start(d);
  CK_EACH(i, k, n, { ck_store(y + i, ck_drop(state, first + i, ck_load(x + i, k)), k); })
}

static void ck_dropout_rows(
  ck_dropout d, uint64_t first, uint64_t index_stride, const float *x, size_t ldx, float *y,
  size_t ldy, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    ck_dropout_elements(d, first + r * index_stride, x + r * ldx, y + r * ldy, columns);
  }
}

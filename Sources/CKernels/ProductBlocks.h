// How products are cut, whatever their precision.

// Equal blocks of at most `most`, rounded up to a multiple of `unit`.
CK_INLINE size_t ck_block_size(size_t count, size_t most, size_t unit) {
  const size_t blocks = (count + most - 1) / most;
  const size_t size = (count + blocks - 1) / blocks;
  return (size + unit - 1) / unit * unit;
}

// Whether there is nothing to multiply; c is then what it has to be.
CK_INLINE int ck_is_empty_product(
  float *c, size_t ldc, size_t rows, size_t inner, size_t columns, int accumulate) {
  if (rows == 0 || columns == 0) return 1;
  if (inner > 0) return 0;
  if (!accumulate) {
    for (size_t r = 0; r < rows; r++) memset(c + r * ldc, 0, columns * sizeof(float));
  }
  return 1;
}

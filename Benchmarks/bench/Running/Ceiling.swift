/// The measured limits of the machine, which every other number is compared with.
struct Ceiling {
  /// Floating-point operations a second in a large matrix product.
  let flopRate: Double
  /// Bytes a second to and from memory, in the best of a few patterns.
  let byteRate: Double
}

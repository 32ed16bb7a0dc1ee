/// The measured limits of the machine, which every other number is compared with.
struct Ceiling {
  /// Floating-point operations a second in a large matrix product.
  let flopRate: Double
  /// Bytes a second read from memory.
  let byteRate: Double
}

public import CKernels

/// The C kernels of this machine: loops over memory, written once and compiled for several instruction sets.
///
/// The table's members and what they promise are documented in `CKernels.h`.
public enum VectorKernels {
  // The tables hold addresses of functions and of a constant string, and nobody writes to them.

  /// The widest instruction set of this CPU, or what `ATTENTION_INSTRUCTIONS` (`portable`, `avx2`,
  /// `avx512`) narrows it to. Chosen once, at the first use.
  public nonisolated(unsafe) static let active: ck_functions = ck_best_functions().pointee

  /// Every instruction set that this CPU can run, the portable one first. For tests and comparisons.
  public nonisolated(unsafe) static let all: [ck_functions] =
    [CK_PORTABLE, CK_AVX2, CK_AVX512].compactMap { ck_functions_for($0)?.pointee }

  /// The name of ``active``: "AVX-512", "AVX2" or "portable".
  public static var activeName: String { String(cString: active.name) }

  /// Whether the CPU has the AVX-512 subsets that the kernels here and those of the BLAS use (F, BW, DQ, VL).
  static var hasAVX512: Bool { ck_functions_for(CK_AVX512) != nil }
}

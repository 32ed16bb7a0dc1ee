/// The machine as far as it matters to the speed of a model, for reports beside measurements.
public struct MachineDescription: Codable, Sendable, Equatable {
  /// As the CPU names itself; nil where the system does not say.
  public var processor: String?
  /// Cores (hardware threads) that this process may use.
  public var logicalCores: Int
  /// Those of the vector and matrix instruction sets below that the CPU has, in Linux's spelling.
  public var instructionSets: [String]
  /// For example "L1 data 32K", from the smallest to the largest.
  public var caches: [String]
  /// In bytes.
  public var memory: UInt64
  /// The operating system and its version.
  public var operatingSystem: String
  /// Release of the Linux kernel.
  public var kernel: String?
  /// "AVX-512", "AVX2" or "portable": the set that ``VectorKernels/active`` uses.
  public var vectorKernels: String
  /// How the BLAS was built.
  public var blas: String
  /// The kernels the BLAS chose by itself.
  public var blasCoreBefore: String
  /// The kernels it uses.
  public var blasCoreAfter: String

  /// The instruction sets worth a line in a report.
  static let knownInstructionSets: [String] = [
    "sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512dq", "avx512vl",
    "avx512_vnni", "avx512_bf16", "avx512_fp16", "avx_vnni", "amx_tile", "amx_bf16", "amx_int8",
    "asimd", "asimdhp", "asimddp", "bf16", "i8mm", "sve", "sve2",
  ]
}

internal import COpenBLAS
internal import Foundation

/// How the BLAS is set up before the first product.
///
/// Two things are done, once in a process:
/// - OpenBLAS computes each product on the calling thread. Its own threads busy-wait after a product and would
///   take cores from ``ThreadPool``, which splits the work above it.
/// - Where OpenBLAS does not know the CPU and falls back to 256-bit kernels although the CPU has AVX-512, its
///   AVX-512 kernels are selected, which doubles its speed. A core that the user chose in the environment
///   (`OPENBLAS_CORETYPE`) stays.
public enum BLASCore {
  /// The kernels OpenBLAS chose by itself and those in use since.
  public struct Selection: Sendable, Equatable {
    /// The kernels that OpenBLAS chose itself.
    public let coreBefore: String
    /// The kernels in use.
    public let coreAfter: String
    /// OpenBLAS's description of its build.
    public let configuration: String
  }

  /// Sets up the BLAS, at the first call. Cheap from then on.
  public static func prepare() { _ = selection }

  /// What was found and what is in use.
  public static let selection: Selection = select()

  private static let variable = "OPENBLAS_CORETYPE"
  private static let wideCores: Set = ["SkylakeX", "Cooperlake", "SapphireRapids"]

  private static func select() -> Selection {
    openblas_set_num_threads(1)
    let before = coreName()
    if VectorKernels.hasAVX512, getenv(variable) == nil, !wideCores.contains(before) {
      reselect(core: "SKYLAKEX")
      openblas_set_num_threads(1)
    }
    return Selection(
      coreBefore: before, coreAfter: coreName(),
      configuration: openblas_get_config().map { String(cString: $0) } ?? "")
  }

  private static func coreName() -> String {
    openblas_get_corename().map { String(cString: $0) } ?? "unknown"
  }

  /// Lets OpenBLAS choose its kernels again with the environment naming the core.
  ///
  /// The two functions exist in builds for several CPUs (DYNAMIC_ARCH) alone; without them nothing happens.
  private static func reselect(core: String) {
    typealias Function = @convention(c) () -> Void
    // NULL searches the whole process: what Darwin spells RTLD_DEFAULT is not 0 there, but no Darwin machine
    // has AVX-512 and an OpenBLAS that misses it.
    guard let quit = dlsym(nil, "gotoblas_dynamic_quit"),
      let start = dlsym(nil, "gotoblas_dynamic_init")
    else { return }
    setenv(variable, core, 1)
    unsafeBitCast(quit, to: Function.self)()
    unsafeBitCast(start, to: Function.self)()
    unsetenv(variable)  // child processes choose for themselves
  }
}

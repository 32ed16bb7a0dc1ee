import CKernels
import Foundation
import Kernels
import Testing

@Suite(.guardedMemory) struct MachineTests {
  @Test func portableKernelsAreEverywhere() {
    #expect(KernelSet.all.first?.testDescription == "portable")
    #expect(KernelSet.all.map(\.testDescription).contains(VectorKernels.activeName))
  }

  @Test func theWidestKernelsAreActive() async {
    await #expect(processExitsWith: .success) {
      unsetenv("ATTENTION_INSTRUCTIONS")
      exit(VectorKernels.activeName == KernelSet.all.last?.testDescription ? 0 : 1)
    }
  }

  @Test func environmentNarrowsTheInstructionSet() async {
    await #expect(processExitsWith: .success) {
      setenv("ATTENTION_INSTRUCTIONS", "portable", 1)
      exit(VectorKernels.activeName == "portable" ? 0 : 1)
    }
    await #expect(processExitsWith: .success) {
      setenv("ATTENTION_INSTRUCTIONS", "avx2", 1)
      exit(VectorKernels.activeName == "AVX-512" ? 1 : 0)
    }
  }

  @Test func wideCoreIsSelectedOnceAndLeavesNoTrace() {
    let chosenByUser = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"]
    BLASCore.prepare()
    let selection = BLASCore.selection
    #expect(!selection.coreBefore.isEmpty && !selection.coreAfter.isEmpty)
    #expect(getenv("OPENBLAS_CORETYPE").map { String(cString: $0) } == chosenByUser)
    BLASCore.prepare()
    #expect(BLASCore.selection == selection)
    let hasAVX512 = KernelSet.all.contains { $0.testDescription == "AVX-512" }
    if chosenByUser == nil && hasAVX512 && selection.configuration.contains("DYNAMIC_ARCH") {
      #expect(["SkylakeX", "Cooperlake", "SapphireRapids"].contains(selection.coreAfter))
    }
  }

  @Test func coreThatTheUserChoseStays() async {
    await #expect(processExitsWith: .success) {
      setenv("OPENBLAS_CORETYPE", "HASWELL", 1)
      let selection = BLASCore.selection
      exit(selection.coreBefore == selection.coreAfter ? 0 : 1)
    }
  }

  /// Puts OpenBLAS on its AVX2 kernels first, as it does by itself on CPUs it does not know.
  @Test func narrowCoreIsReplaced() async {
    await #expect(processExitsWith: .success) {
      typealias Function = @convention(c) () -> Void
      guard let quit = dlsym(nil, "gotoblas_dynamic_quit"),
        let start = dlsym(nil, "gotoblas_dynamic_init"),
        KernelSet.all.last?.testDescription == "AVX-512"
      else { exit(0) }  // nothing to select here
      setenv("OPENBLAS_CORETYPE", "HASWELL", 1)
      unsafeBitCast(quit, to: Function.self)()
      unsafeBitCast(start, to: Function.self)()
      unsetenv("OPENBLAS_CORETYPE")
      let selection = BLASCore.selection
      guard selection.coreBefore == "Haswell", selection.coreAfter == "SkylakeX" else { exit(1) }
      exit(Self.largestProductError() < 2e-5 ? 0 : 2)
    }
  }

  @Test func productsAreRightAfterTheSelection() {
    BLASCore.prepare()
    #expect(Self.largestProductError() < 2e-5)
  }

  private static func largestProductError() -> Double {
    let (m, n, k) = (37, 41, 53)
    var randoms = Randoms(1)
    let a = randoms.floats(m * k)
    let b = randoms.floats(k * n)
    var c = [Float](repeating: .nan, count: m * n)
    a.withUnsafeBufferPointer { left in
      b.withUnsafeBufferPointer { right in
        c.withUnsafeMutableBufferPointer { result in
          MatrixProduct.serial(
            rows: m, columns: n, inner: k, MatrixOperand(left.baseAddress!, stride: k),
            MatrixOperand(right.baseAddress!, stride: n), into: result.baseAddress!, stride: n)
        }
      }
    }
    let expected = (0..<m * n).map { i in
      (0..<k).reduce(0.0) { $0 + Double(a[i / n * k + $1]) * Double(b[$1 * n + i % n]) }
    }
    return largestError(c, expected)
  }

  @Test func descriptionSurvivesJSON() throws {
    let description = MachineProbe.describe()
    #expect(description.logicalCores >= 1)
    #expect(description.memory > 1 << 20)
    #expect(description.vectorKernels == VectorKernels.activeName)
    #expect(description.blas.contains("OpenBLAS"))
    let copy = try JSONDecoder().decode(
      MachineDescription.self, from: JSONEncoder().encode(description))
    #expect(copy == description)
    if KernelSet.all.contains(where: { $0.testDescription == "AVX2" }) {
      #if os(Linux)
        #expect(description.instructionSets.contains("avx2"))
        #expect(description.processor?.isEmpty == false)
      #endif
    }
  }

  @Test func measurementsAreOfThisWorld() {
    let products = MachineProbe.measureProductRate(threads: 1, duration: 0.01)
    #expect(products > 0.1 && products < 10_000)
    let bandwidth = MachineProbe.measureMemoryBandwidth(threads: 2, duration: 0.01, bytes: 4 << 20)
    #expect(bandwidth > 0.01 && bandwidth < 10_000)
  }
}

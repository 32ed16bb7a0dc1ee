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

  @Test func productsAreRightAfterTheSelection() {
    BLASCore.prepare()
    let (m, n, k) = (37, 41, 53)
    var randoms = Randoms(1)
    let a = randoms.floats(m * k)
    let b = randoms.floats(k * n)
    let c = GuardedFloats(unwritten: m * n)
    MatrixProduct.serial(
      rows: m, columns: n, inner: k, MatrixOperand(a, stride: k), MatrixOperand(b, stride: n),
      into: c.pointer, stride: n)
    let expected = (0..<m * n).map { i in
      (0..<k).reduce(0.0) { $0 + Double(a[i / n * k + $1]) * Double(b[$1 * n + i % n]) }
    }
    expectClose(c.values, expected, absolute: 2e-5)
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

import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct TensorTests {
  @Test func copiesAreIndependent() {
    let original = Tensor([1, 2, 3])
    var copy = original
    copy[1] = 7
    #expect(original.scalars == [1, 2, 3])
    #expect(copy.scalars == [1, 7, 3])
    var reshaped = original.reshaped([3, 1])
    reshaped[0, 0] = 9
    #expect(original[0] == 1)
  }

  @Test func elementsAreInRowMajorOrder() {
    let tensor = Tensor((0..<30).map(Float.init), shape: [2, 3, 5])
    #expect(tensor[1, 2, 3] == 28)
    #expect(tensor.shape.rowCount == 6)
    #expect(tensor.shape[-1] == 5)
  }

  @Test func oneDimensionOfAReshapeMayBeLeftOut() {
    let tensor = Tensor.zeros([2, 3, 5])
    #expect(tensor.reshaped([-1, 5]).shape == [6, 5])
    #expect(tensor.reshaped([3, -1]).shape == [3, 10])
    #expect(Tensor.zeros([0, 4]).reshaped([-1, 4]).shape == [0, 4])
  }

  @Test func scalarsAndEmptyTensorsAreTensors() {
    #expect(Tensor(scalar: 3).scalar == 3)
    #expect(Tensor(scalar: 3).shape.rank == 0)
    #expect(Tensor.zeros([3, 0, 2]).scalars.isEmpty)
    #expect(Shape([]).elementCount == 1)
  }

  @Test func notANumberIsNotEqualToItself() {
    #expect(Tensor([.nan]) != Tensor([.nan]))
    #expect(Tensor([1, 2]) != Tensor([1, 2], shape: [2, 1]))
    #expect(Tensor([1, 2]) == Tensor([1, 2]))
  }

  @Test func wrongShapesStopWithBothShapes() async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      _ = Tensor.zeros([2, 3]).reshaped([5])
    }
    expectMessage(result, naming: ["Tensor.reshaped", "[2, 3]", "[5]"])
  }
}

import Autograd
import CoreLayers
import Foundation
import PositionalEncodings
import Tensors
import TestSupport
import Testing

@Suite struct PositionalEncodingTests {
  @Test func sinusoidsMatchFixture() throws {
    let positions = SinusoidalPositions(modelDimension: 13, maximumLength: 101)
    try Fixture("embedding_sinusoidal").expectOutput(positions.table, "positions", relative: 1e-6)
  }

  @Test func startsWithSinesOfZeroAndCosinesOfZero() throws {
    let first = try SinusoidalPositions(modelDimension: 7).encoding(of: 0..<1, in: .inference())
    #expect(first.value == Tensor([0, 1, 0, 1, 0, 1, 0], shape: [1, 7]))
  }

  /// Section 3.5: the encoding of p + k is a linear function of that of p, here a rotation of each pair.
  @Test(arguments: [1, 7, 100])
  func shiftIsARotation(_ shift: Int) {
    let width = 14
    let table = SinusoidalPositions(modelDimension: width, maximumLength: 211).table
    for position in [0, 3, 97] {
      for pair in 0..<width / 2 {
        let angle = Double(shift) * pow(10_000, -Double(2 * pair) / Double(width))
        let sine = Double(table[position, 2 * pair])
        let cosine = Double(table[position, 2 * pair + 1])
        let shifted = position + shift
        #expect(
          abs(Double(table[shifted, 2 * pair]) - sine * cos(angle) - cosine * sin(angle)) < 1e-6)
        #expect(
          abs(Double(table[shifted, 2 * pair + 1]) - cosine * cos(angle) + sine * sin(angle))
            < 1e-6)
      }
    }
  }

  @Test func aRangeIsThatPartOfTheWhole() throws {
    var generator = SeededGenerator(seed: 61)
    let encodings: [any PositionalEncoding] = [
      SinusoidalPositions(modelDimension: 5, maximumLength: 17),
      LearnedPositions(modelDimension: 5, maximumLength: 17, using: &generator),
    ]
    for encoding in encodings {
      let whole = try encoding.encoding(of: 0..<17, in: .inference()).value
      let part = try encoding.encoding(of: 11..<14, in: .inference()).value
      #expect(part == Tensor(Array(whole.scalars[55..<70]), shape: [3, 5]))
      #expect(try encoding.encoding(of: 17..<17, in: .inference()).shape == [0, 5])
      #expect(encoding.maximumLength == 17)
      expectChildrenComplete(encoding)
    }
  }

  @Test func tooLongNamesLengthLimitAndRemedy() {
    var generator = SeededGenerator(seed: 62)
    let encodings: [any PositionalEncoding] = [
      SinusoidalPositions(modelDimension: 5, maximumLength: 17),
      LearnedPositions(modelDimension: 5, maximumLength: 17, using: &generator),
    ]
    for encoding in encodings {
      let error = #expect(throws: PositionError.self) {
        try encoding.encoding(of: 16..<19, in: .inference())
      }
      #expect(error?.length == 19)
      #expect(error?.limit == 17)
      #expect(error?.remedy.contains("maximumLength") == true)
      #expect(error?.description.contains("19") == true)
    }
  }

  @Test func learnedPositionsGetTheGradientOfTheirRows() throws {
    var generator = SeededGenerator(seed: 63)
    let positions = LearnedPositions(modelDimension: 3, maximumLength: 7, using: &generator)
    let context = ForwardContext.differentiating()
    let part = try positions.encoding(of: 2..<5, in: context)
    let upstream = Tensor.normal([3, 3], using: &generator)
    let gradient = try #require(context.backward(from: part, gradient: upstream)[positions.weight])
    let zeros = [Float](repeating: 0, count: 6)
    #expect(gradient == Tensor(zeros + upstream.scalars + zeros, shape: [7, 3]))
  }
}

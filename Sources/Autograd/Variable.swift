internal import Kernels
public import Tensors

/// A value in a forward pass that knows how it was made, so that gradients can find their way back.
///
/// Operations take and return variables. A variable without a tape is a constant: nothing is recorded about
/// what is computed from constants alone.
public struct Variable {
  /// What was computed.
  public let value: Tensor
  let tape: Tape?
  let index: Int

  /// A constant.
  public init(_ value: Tensor) {
    self.value = value
    tape = nil
    index = -1
  }

  init(_ value: Tensor, tape: Tape, index: Int) {
    self.value = value
    self.tape = tape
    self.index = index
  }

  /// The shape of the value.
  public var shape: Shape { value.shape }

  /// Whether gradients flow to this variable.
  public var needsGradient: Bool { tape != nil }

  /// Of the factors of large products with this variable or `other`: what their pass asks for.
  func productPrecision(with other: Variable) -> ProductPrecision {
    (tape ?? other.tape)?.precision ?? .float32
  }

  /// The same value, cut off from how it was made.
  public var detached: Variable { Variable(value) }

  /// The result of an operation on `inputs`.
  ///
  /// - Parameters:
  ///   - operation: what a profile calls it; the name of the function, unless said otherwise.
  ///   - traffic: bytes that it has to move, where they are not those of its inputs and its output.
  ///   - backward: receives the gradient of `value` and adds to the gradients of the inputs.
  ///     Whatever it captures lives until the backward pass has gone by.
  public static func result(
    _ value: Tensor, of inputs: Variable..., operation: StaticString = #function,
    traffic: OperationTraffic? = nil, backward: @escaping (Tensor, GradientAccumulator) -> Void
  ) -> Variable {
    result(value, of: inputs, operation: operation, traffic: traffic, backward: backward)
  }

  /// The result of an operation on a list of inputs.
  public static func result(
    _ value: Tensor, of inputs: [Variable], operation: StaticString = #function,
    traffic: OperationTraffic? = nil, backward: @escaping (Tensor, GradientAccumulator) -> Void
  ) -> Variable {
    guard let tape = inputs.lazy.compactMap(\.tape).first else { return Variable(value) }
    return tape.record(
      value, of: inputs, operation: operation, traffic: traffic, backward: backward)
  }
}

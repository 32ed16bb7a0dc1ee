public import Autograd
public import CoreLayers
public import Tensors

/// One direction of one LSTM layer.
public struct LSTMLayer: Layer {
  /// W_ih [4H, in] and W_hh [4H, H], gates in PyTorch's order: input, forget, cell, output.
  public let inputWeight: Parameter
  /// W_hh, [4H, H].
  public let recurrentWeight: Parameter
  /// [4H] each; their sum counts, two are kept as PyTorch keeps them.
  public let inputBias: Parameter
  /// b_hh, [4H].
  public let recurrentBias: Parameter
  /// Whether sequences are read from their ends.
  public let isReversed: Bool

  /// Parameters start uniform over ±1 / √H, as PyTorch's do.
  public init(
    inputDimension: Int, hiddenDimension: Int, isReversed: Bool = false,
    using generator: inout SeededGenerator
  ) {
    let uniform = Initialization.uniform(bound: 1 / Float(max(1, hiddenDimension)).squareRoot())
    let gates = 4 * hiddenDimension
    inputWeight = Parameter(uniform.tensor([gates, inputDimension], using: &generator))
    recurrentWeight = Parameter(uniform.tensor([gates, hiddenDimension], using: &generator))
    inputBias = Parameter(uniform.tensor([gates], using: &generator))
    recurrentBias = Parameter(uniform.tensor([gates], using: &generator))
    self.isReversed = isReversed
  }

  /// H
  public var hiddenDimension: Int { recurrentWeight.shape[1] }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [
      .parameter("input_weight", inputWeight), .parameter("recurrent_weight", recurrentWeight),
      .parameter("input_bias", inputBias), .parameter("recurrent_bias", recurrentBias),
    ]
  }

  /// - Parameters:
  ///   - input: [B, T, in]
  ///   - initial: h and c before the first step, [B, H]; nil: zeros.
  ///   - lengths: real steps of each sequence.
  public func callAsFunction(
    _ input: Variable, initial: (hidden: Variable, cell: Variable)? = nil, lengths: [Int],
    in context: ForwardContext
  ) -> LSTMResult {
    lstm(
      input,
      weights: LSTMWeights(
        input: context.variable(inputWeight), recurrent: context.variable(recurrentWeight),
        inputBias: context.variable(inputBias), recurrentBias: context.variable(recurrentBias)),
      initial: initial, lengths: lengths, isReversed: isReversed)
  }
}

public import Autograd
public import CoreLayers
public import Kernels
public import Tensors

/// One direction of one recurrent layer.
public struct RecurrentLayer: Layer {
  /// How weights start. The default is PyTorch's: everything uniform over ±1 / √H.
  public struct Initialization: Sendable, Equatable {
    /// Whether W_hh starts orthogonal, each gate by itself (Saxe et al. 2014).
    public var isOrthogonal: Bool
    /// What both biases of an LSTM's forget gate start as together (Gers et al. 2000; Jozefowicz et al. 2015
    /// advise 1); 0: uniform like the others.
    public var forgetBias: Float

    /// PyTorch's, unless said otherwise.
    public init(isOrthogonal: Bool = false, forgetBias: Float = 0) {
      self.isOrthogonal = isOrthogonal
      self.forgetBias = forgetBias
    }
  }

  /// What a step does.
  public let cell: RecurrentCell
  /// W_ih, [G H, in], the gates in the order that ``RecurrentCell/gateCount`` says.
  public let inputWeight: Parameter
  /// W_hh, [G H, H]
  public let recurrentWeight: Parameter
  /// b_ih, [G H]. It is added where b_hh is (but for the candidate of a GRU); two are kept as PyTorch keeps them.
  public let inputBias: Parameter
  /// b_hh, [G H].
  public let recurrentBias: Parameter
  /// Whether sequences are read from their ends.
  public let isReversed: Bool

  /// A new layer with random parameters.
  public init(
    _ cell: RecurrentCell, inputDimension: Int, hiddenDimension: Int, isReversed: Bool = false,
    initialization: Initialization = Initialization(), using generator: inout SeededGenerator
  ) {
    let uniform = CoreLayers.Initialization.uniform(
      bound: 1 / Float(max(1, hiddenDimension)).squareRoot())
    let rows = cell.gateCount * hiddenDimension
    self.cell = cell
    inputWeight = Parameter(uniform.tensor([rows, inputDimension], using: &generator))
    if initialization.isOrthogonal {
      let gates = (0..<cell.gateCount).flatMap { _ in
        CoreLayers.Initialization.orthogonal()
          .tensor([hiddenDimension, hiddenDimension], using: &generator).scalars
      }
      recurrentWeight = Parameter(Tensor(gates, shape: [rows, hiddenDimension]))
    } else {
      recurrentWeight = Parameter(uniform.tensor([rows, hiddenDimension], using: &generator))
    }
    inputBias = Parameter(uniform.tensor([rows], using: &generator))
    recurrentBias = Parameter(uniform.tensor([rows], using: &generator))
    self.isReversed = isReversed
    if cell == .lstm && initialization.forgetBias != 0 {
      for unit in hiddenDimension..<2 * hiddenDimension {
        inputBias.value[unit] = initialization.forgetBias
        recurrentBias.value[unit] = 0
      }
    }
  }

  /// The width of the input.
  public var inputDimension: Int { inputWeight.shape[1] }
  /// H
  public var hiddenDimension: Int { recurrentWeight.shape[1] }

  /// Parameters and layers inside, by name.
  public var children: [LayerChild] {
    [
      .parameter("input_weight", inputWeight), .parameter("recurrent_weight", recurrentWeight),
      .parameter("input_bias", inputBias), .parameter("recurrent_bias", recurrentBias),
    ]
  }

  /// The number of parameters a layer of these widths has.
  static func parameterCount(_ cell: RecurrentCell, inputDimension: Int, hiddenDimension: Int)
    -> Int
  {
    cell.gateCount * hiddenDimension * (inputDimension + hiddenDimension + 2)
  }

  /// - Parameters:
  ///   - input: [B, T, in]
  ///   - initial: the state before the first step; nil: zeros.
  ///   - lengths: real steps of each sequence.
  public func callAsFunction(
    _ input: Variable, initial: RecurrentLayerState? = nil, lengths: [Int],
    in context: ForwardContext
  ) -> RecurrenceResult {
    self(RecurrentInput(input), initial: initial, lengths: lengths, in: context)
  }

  /// The same for an input [B, T, in] whose rows may come again and again.
  public func callAsFunction(
    _ input: RecurrentInput, initial: RecurrentLayerState? = nil, lengths: [Int],
    in context: ForwardContext
  ) -> RecurrenceResult {
    self(input, initial: initial, lengths: lengths, weights: weights(in: context))
  }

  /// The parameters as variables of a pass.
  public func weights(in context: ForwardContext) -> RecurrentWeights {
    RecurrentWeights(
      input: context.variable(inputWeight), recurrent: context.variable(recurrentWeight),
      inputBias: context.variable(inputBias), recurrentBias: context.variable(recurrentBias))
  }

  func callAsFunction(
    _ input: RecurrentInput, initial: RecurrentLayerState?, lengths: [Int],
    weights: RecurrentWeights
  ) -> RecurrenceResult {
    recurrence(
      cell, input, weights: weights, initial: initial, lengths: lengths, isReversed: isReversed)
  }
}

public import Tensors

/// The gradients that a backward pass found: of parameters, and of inputs that were asked for.
public final class Gradients {
  private var parameterGradients: [ObjectIdentifier: Tensor] = [:]
  private var leafGradients: [Int: Tensor] = [:]
  private var tape: Tape?

  /// No gradients: the start of an accumulation over several backward passes.
  public init() {}

  init(tape: Tape, accumulator: GradientAccumulator, continuing previous: Gradients?) {
    self.tape = tape
    parameterGradients = previous?.parameterGradients ?? [:]
    var parameterIndices: Set<Int> = []
    for (id, known) in tape.parameterVariables {
      parameterIndices.insert(known.index)
      if let gradient = accumulator.take(known.index) { parameterGradients[id] = gradient }
    }
    for index in 0..<tape.variableCount where !parameterIndices.contains(index) {
      if let gradient = accumulator.take(index) { leafGradients[index] = gradient }
    }
  }

  /// The gradient of a parameter, `nil` if nothing that was walked back depends on it.
  public subscript(parameter: Parameter) -> Tensor? {
    get { parameterGradients[ObjectIdentifier(parameter)] }
    set { parameterGradients[ObjectIdentifier(parameter)] = newValue }
  }

  /// The gradient of a leaf of the pass (``ForwardContext/input(_:)``).
  public subscript(variable: Variable) -> Tensor? {
    variable.tape === tape ? leafGradients[variable.index] : nil
  }

  func takeTensor(_ id: ObjectIdentifier) -> Tensor? { parameterGradients.removeValue(forKey: id) }
}

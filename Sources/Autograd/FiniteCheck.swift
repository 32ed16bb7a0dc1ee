internal import Tensors

/// Looks in a pass for the first value that is not a finite number, and remembers which operation gave it.
///
/// ```swift
/// let check = FiniteCheck()
/// let context = ForwardContext.training(seed: 1, check: check)
/// let loss = try model.loss(batch, labelSmoothing: 0.1, normalizer: 1, in: context).objective
/// _ = context.backward(from: loss)
/// if let finding = check.finding { print(finding.operation, finding.scopes) }
/// ```
///
/// On the way forward it looks at the output of every operation, on the way back at every gradient that an
/// operation has added to. It changes nothing of what is computed, and costs a reading of all of it: it is for
/// a step that went wrong and is done once more. It sees what a tape sees, so what is computed from constants
/// alone, as by frozen layers, is blamed on the first recorded operation that it reaches
/// (``Finding/isInherited``). Several passes, one after the other, may share a check.
public final class FiniteCheck {
  /// The operation that gave the first value that is not finite.
  public struct Finding {
    /// The name of the operation's function, such as `linear`.
    public let operation: String
    /// The scopes that it was done in, from the outermost (``ForwardContext/inScope(_:_:)``).
    public let scopes: [String]
    /// The trainable parameters that it was given.
    public let parameters: [Parameter]
    /// The parameter that the pass came to last before it, for an operation that was given none.
    public let latestParameter: Parameter?
    /// Whether the value is a gradient that the operation's way back gave, rather than its output.
    public let isGradient: Bool
    /// Whether one of the operation's inputs was not finite either.
    public let isInherited: Bool
    /// The first such value.
    public let value: Float
  }

  /// What was found, if anything.
  public private(set) var finding: Finding?
  private var scopes: [String] = []
  private var latestParameter: Parameter?

  /// A check that has found nothing yet.
  public init() {}

  /// An operation that was recorded: what its way back is known by.
  struct Record {
    let operation: StaticString
    let scopes: [String]
    /// The numbers of its inputs on the tape.
    let inputs: [Int]
    let parameters: [Parameter]
    let latestParameter: Parameter?
  }

  func enter(_ name: String) { scopes.append(name) }

  func leave() { scopes.removeLast() }

  func meet(_ parameter: Parameter) { latestParameter = parameter }

  /// An operation has just been done.
  func finish(
    _ operation: StaticString, _ output: Tensor, of inputs: [Variable], on tape: Tape
  ) -> Record {
    let numbers = inputs.filter { $0.tape === tape }.map(\.index)
    let record = Record(
      operation: operation, scopes: scopes, inputs: numbers,
      parameters: numbers.compactMap(tape.parameter(at:)), latestParameter: latestParameter)
    // Scores that a mask hides are meant to be infinite.
    if finding == nil, Self.name(of: operation) != "masked",
      let index = output.firstNonFiniteIndex
    {
      note(
        record, value: output.pointer[index], isGradient: false,
        isInherited: inputs.contains { $0.value.firstNonFiniteIndex != nil })
    }
    return record
  }

  /// An operation has just been walked back.
  func finishBack(_ record: Record, _ accumulator: GradientAccumulator) {
    if finding != nil { return }
    for input in record.inputs {
      guard let gradient = accumulator.sum(input), let index = gradient.firstNonFiniteIndex
      else { continue }
      note(record, value: gradient.pointer[index], isGradient: true, isInherited: false)
      return
    }
  }

  private func note(_ record: Record, value: Float, isGradient: Bool, isInherited: Bool) {
    finding = Finding(
      operation: Self.name(of: record.operation), scopes: record.scopes,
      parameters: record.parameters, latestParameter: record.latestParameter,
      isGradient: isGradient, isInherited: isInherited, value: value)
  }

  /// `linear` of `linear(_:weight:bias:activation:)`.
  private static func name(of operation: StaticString) -> String {
    String(operation.description.prefix { $0 != "(" })
  }
}

internal import Kernels
internal import Tensors

/// What a forward pass did, in order, so that it can be walked back once.
final class Tape {
  private struct Entry {
    let index: Int
    let backward: (Tensor, GradientAccumulator) -> Void
    /// Where a profile keeps what the operation costs.
    let mark: ProfileCursor.Mark?
    /// What a check knows the operation by.
    let record: FiniteCheck.Record?
  }

  private var entries: [Entry] = []
  private(set) var variableCount = 0
  private(set) var parameterVariables: [ObjectIdentifier: (parameter: Parameter, index: Int)] = [:]
  private var isSpent = false
  /// Books what takes how long, if someone wants to know.
  let cursor: ProfileCursor?
  /// Looks for values that are not finite, if someone wants to know.
  private let check: FiniteCheck?

  /// Of the factors of large products, on both ways.
  let precision: ProductPrecision

  init(_ cursor: ProfileCursor?, check: FiniteCheck?, precision: ProductPrecision) {
    self.cursor = cursor
    self.check = check
    self.precision = precision
  }

  /// A variable with no history: gradients end here.
  func leaf(_ value: Tensor) -> Variable {
    defer { variableCount += 1 }
    return Variable(value, tape: self, index: variableCount)
  }

  /// The variable that stands for a parameter, the same one at each use.
  func variable(for parameter: Parameter) -> Variable {
    if let known = parameterVariables[ObjectIdentifier(parameter)] {
      return Variable(parameter.value, tape: self, index: known.index)
    }
    let variable = leaf(parameter.value)
    parameterVariables[ObjectIdentifier(parameter)] = (parameter, variable.index)
    return variable
  }

  /// The parameter that a variable stands for.
  func parameter(at index: Int) -> Parameter? {
    parameterVariables.values.first { $0.index == index }?.parameter
  }

  func record(
    _ value: Tensor, of inputs: [Variable], operation: StaticString, traffic: OperationTraffic?,
    backward: @escaping (Tensor, GradientAccumulator) -> Void
  ) -> Variable {
    let mark = cursor?.finish(operation, traffic ?? OperationTraffic(value, of: inputs))
    let record = check?.finish(operation, value, of: inputs, on: self)
    let variable = leaf(value)
    entries.append(
      Entry(index: variable.index, backward: backward, mark: mark, record: record))
    return variable
  }

  /// Walks back from `variable`. Each entry is dropped as soon as it has been used, and with it the memory
  /// it kept.
  func backward(from variable: Variable, gradient: Tensor, into gradients: Gradients?) -> Gradients
  {
    if isSpent { fatalError("backward: the tape of this forward pass has already been used") }
    isSpent = true
    cursor?.turnBack()
    defer { cursor?.finishAll() }
    let accumulator = GradientAccumulator(tape: self)
    if let gradients {
      for (id, known) in parameterVariables {
        if let present = gradients.takeTensor(id) {
          accumulator.add(present, toIndex: known.index)
        }
      }
    }
    accumulator.add(gradient, to: variable)
    while let entry = entries.popLast() {
      guard let outputGradient = accumulator.take(entry.index) else { continue }
      if let mark = entry.mark { cursor?.walkBack(mark) }
      entry.backward(outputGradient, accumulator)
      if let mark = entry.mark { cursor?.finishBack(mark) }
      if let record = entry.record { check?.finishBack(record, accumulator) }
    }
    return Gradients(tape: self, accumulator: accumulator, continuing: gradients)
  }
}

public import Autograd
public import Tensors
public import Testing

/// Compares the gradients of an operation with its numeric derivative.
///
/// The derivative is that of a weighted sum of the result, with fixed random weights, by a central difference
/// of fourth order: with its wide step (the error of the formula falls with the fourth power) the rounding
/// error of the operation itself, which is single-precision, is divided by something large.
///
/// It also expects that the gradients of an operation that is used twice are twice those of one use: an operation
/// adds to gradients that are there already.
///
/// - Parameters:
///   - inputs: arguments; keep those of a function with a kink away from it by more than twice the step.
///   - parameters: what else the result depends on.
///   - step: how far apart the function is evaluated.
///   - tolerance: the error allowed, relative to the root mean square of the gradient in question and with a
///     floor of the same size.
///   - elementLimit: how many elements of each tensor are checked, chosen at random where there are more.
public func checkGradients(
  of inputs: [Tensor], parameters: [Parameter] = [], step: Float = 0.04,
  tolerance: Double = 2e-3, elementLimit: Int = 40,
  sourceLocation: SourceLocation = #_sourceLocation,
  _ operation: ([Variable], ForwardContext) throws -> Variable
) rethrows {
  let context = ForwardContext.differentiating()
  let variables = inputs.map(context.input)
  let result = try operation(variables, context)
  var generator = SeededGenerator(seed: 97)
  let weights = Tensor.normal(result.shape, using: &generator)
  let gradients = context.backward(from: result, gradient: weights)

  let twice = ForwardContext.differentiating()
  let doubled = inputs.map(twice.input)
  let sum = try operation(doubled, twice) + operation(doubled, twice)
  let twiceGradients = twice.backward(from: sum, gradient: weights)
  func expectDoubled(_ two: Tensor?, _ one: Tensor?, _ name: String) {
    guard let two, let one else { return }
    expectClose(
      two, one.scalars.map { 2 * Double($0) }, absolute: 1e-5, relative: 1e-5,
      "gradient of two uses, \(name)", sourceLocation: sourceLocation)
  }
  for (number, (two, one)) in zip(doubled, variables).enumerated() {
    expectDoubled(twiceGradients[two], gradients[one], "input \(number)")
  }
  for (number, parameter) in parameters.enumerated() {
    expectDoubled(twiceGradients[parameter], gradients[parameter], "parameter \(number)")
  }

  func objective(_ inputs: [Tensor]) throws -> Double {
    let value = try operation(inputs.map { Variable($0) }, .inference()).value
    var sum = 0.0
    for index in 0..<value.count {
      sum += Double(value.pointer[index]) * Double(weights.pointer[index])
    }
    return sum
  }

  func compare(
    _ gradient: Tensor?, _ value: Tensor, _ name: String, _ evaluate: (Tensor) throws -> Double
  ) throws {
    guard let gradient else {
      Issue.record("\(name) has no gradient", sourceLocation: sourceLocation)
      return
    }
    guard gradient.shape == value.shape else {
      Issue.record(
        "\(name): gradient of shape \(gradient.shape) for \(value.shape)",
        sourceLocation: sourceLocation)
      return
    }
    let chosen = Array((0..<value.count).shuffled(using: &generator).prefix(elementLimit))
    let squares = gradient.scalars.reduce(0) { $0 + Double($1) * Double($1) }
    let typical = (squares / Double(max(1, gradient.count))).squareRoot()
    for index in chosen {
      func at(_ steps: Float) throws -> Double {
        var moved = value
        moved.mutablePointer[index] += steps * step
        return try evaluate(moved)
      }
      let numeric =
        (try 8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * Double(step))
      let found = Double(gradient.pointer[index])
      let allowed = tolerance * max(typical, abs(numeric), 1e-2)
      if !(abs(found - numeric) <= allowed) {
        Issue.record(
          "\(name), element \(index) of \(value.shape): gradient \(found), derivative \(numeric)",
          sourceLocation: sourceLocation)
        return
      }
    }
  }

  for (number, (variable, value)) in zip(variables, inputs).enumerated() {
    try compare(gradients[variable], value, "input \(number)") { moved in
      var arguments = inputs
      arguments[number] = moved
      return try objective(arguments)
    }
  }
  for (number, parameter) in parameters.enumerated() {
    let value = parameter.value
    defer { parameter.value = value }
    try compare(gradients[parameter], value, "parameter \(number)") { moved in
      parameter.value = moved
      return try objective(inputs)
    }
  }
}

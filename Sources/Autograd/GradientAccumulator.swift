internal import Kernels
public import Tensors

/// Where the operations of a backward pass leave the gradients of their inputs.
public final class GradientAccumulator {
  private let tape: Tape
  private var tensors: [Tensor?]
  /// By the numbers of weights.
  private var pending: [Int: PendingProducts] = [:]
  /// Whose they are in a profile, if there is one.
  private var pendingOperations: [Int: Int] = [:]

  init(tape: Tape) {
    self.tape = tape
    tensors = Array(repeating: nil, count: tape.variableCount)
  }

  /// Adds a whole tensor.
  public func add(_ gradient: Tensor, to variable: Variable) {
    guard variable.tape === tape else { return }
    if gradient.shape != variable.shape {
      stopOnShapes("gradient", "the shape of the variable", variable.shape, gradient.shape)
    }
    add(gradient, toIndex: variable.index)
  }

  func add(_ gradient: Tensor, toIndex index: Int) {
    // Taken out while it is written, so that it is the only reference and the sum happens in place.
    guard var present = tensors[index].take() else {
      tensors[index] = gradient
      return
    }
    Elementwise.add(
      present.pointer, gradient.pointer, into: present.mutablePointer, count: present.count)
    tensors[index] = present
  }

  /// Lets `body` write the gradient itself, for operations that can add into memory (a product with β = 1).
  ///
  /// - Parameter body: receives the memory, in the variable's layout, and whether it already holds a
  ///   gradient to add to (`true`) or is uninitialised (`false`). Not called for constants.
  public func accumulate(
    into variable: Variable, _ body: (UnsafeMutablePointer<Float>, _ isPresent: Bool) -> Void
  ) {
    guard variable.tape === tape else { return }
    update(variable.index, variable.shape, body)
  }

  private func update(
    _ index: Int, _ shape: Shape, _ body: (UnsafeMutablePointer<Float>, Bool) -> Void
  ) {
    let isPresent = tensors[index] != nil
    var gradient = tensors[index].take() ?? Tensor(uninitialized: shape)
    body(gradient.mutablePointer, isPresent)
    tensors[index] = gradient
  }

  /// Adds products of as many rows each to the gradient of a weight; of few rows later, together with those of other
  /// steps.
  func add(_ products: [PendingProducts.Part], to weight: Variable) {
    guard weight.tape === tape else { return }
    if products.contains(where: { $0.count > PendingProducts.mostRows }) {
      var all = PendingProducts(weight.shape)
      all.append(products)
      return update(weight.index, weight.shape) {
        all.write(into: $0, isPresent: $1, precision: tape.precision)
      }
    }
    // Taken out while it is changed, so that nothing is copied.
    var waiting = pending.removeValue(forKey: weight.index) ?? PendingProducts(weight.shape)
    waiting.append(products)
    let isEnough = waiting.isEnough
    pending[weight.index] = waiting
    if let cursor = tape.cursor { pendingOperations[weight.index] = cursor.operationWalkedBack }
    if isEnough { settle(weight.index) }
  }

  /// Adds what has been put off.
  private func settle(_ index: Int) {
    guard let products = pending.removeValue(forKey: index) else { return }
    update(index, products.shape) {
      products.write(into: $0, isPresent: $1, precision: tape.precision)
    }
    if let operation = pendingOperations[index] { tape.cursor?.settle(operation) }
  }

  /// Of the factors of large products.
  var precision: ProductPrecision { tape.precision }

  /// Whether gradients are wanted for a variable; operations skip the work for others.
  public func wants(_ variable: Variable) -> Bool { variable.tape === tape }

  /// What has been added up so far.
  func sum(_ index: Int) -> Tensor? {
    settle(index)
    return tensors[index]
  }

  /// Takes out what has been added up.
  func take(_ index: Int) -> Tensor? {
    settle(index)
    return tensors[index].take()
  }
}

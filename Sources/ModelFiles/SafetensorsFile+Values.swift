public import Tensors

extension SafetensorsFile {
  /// A tensor's elements as 32-bit floats. Half and brain floats are widened exactly; 64-bit floats and large
  /// integers are rounded to the nearest float; truth values become 0 and 1.
  /// - Throws: `SafetensorsError.Problem.missing`.
  public func tensor(named name: String) throws(SafetensorsError) -> Tensor {
    let entry = try requiredEntry(named: name)
    return withUnsafeBytes(of: entry) {
      entry.dataType.tensor($0, shape: Shape(entry.dimensions))
    }
  }

  /// A tensor's elements as whole numbers, exactly.
  /// - Throws: `SafetensorsError` when it is missing, not of an integer type, or has a number over 2^63 - 1.
  public func integers(named name: String) throws(SafetensorsError) -> [Int64] {
    let entry = try requiredEntry(named: name)
    switch withUnsafeBytes(of: entry, { entry.dataType.integers($0) }) {
    case .success(let integers): return integers
    case .failure(.notIntegers):
      throw SafetensorsError(
        file: path, tensor: name,
        problem: .dataType(expected: "an integer type", found: entry.dataType))
    case .failure(.overflow(let value)):
      throw SafetensorsError(file: path, tensor: name, problem: .integerOverflow(value))
    }
  }
}

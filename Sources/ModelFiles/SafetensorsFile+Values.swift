public import Tensors

extension SafetensorsFile {
  /// A tensor's elements as 32-bit floats. Half and brain floats are widened exactly; 64-bit floats and large
  /// integers are rounded to the nearest float; truth values become 0 and 1.
  /// - Throws: `SafetensorsError` when it is missing or its data cannot be read.
  public func tensor(named name: String) throws(SafetensorsError) -> Tensor {
    let entry = try requiredEntry(named: name)
    let shape = Shape(entry.dimensions)
    if entry.dataType == .float32 {
      var tensor = Tensor(uninitialized: shape)
      let target = UnsafeMutableBufferPointer(start: tensor.mutablePointer, count: tensor.count)
      do throws(FileError) {
        try source.copy(place(of: entry), to: UnsafeMutableRawBufferPointer(target))
      } catch {
        throw SafetensorsError(file: path, tensor: name, problem: .file(error))
      }
      return tensor
    }
    return try bytes(of: entry).withUnsafeBytes { entry.dataType.tensor($0, shape: shape) }
  }

  /// A tensor's elements as whole numbers, exactly.
  /// - Throws: `SafetensorsError` when it is missing, not of an integer type, cannot be read, or has a number over
  ///   2^63 - 1.
  public func integers(named name: String) throws(SafetensorsError) -> [Int64] {
    let entry = try requiredEntry(named: name)
    switch try bytes(of: entry).withUnsafeBytes({ entry.dataType.integers($0) }) {
    case .success(let integers): return integers
    case .failure(.notIntegers):
      throw SafetensorsError(
        file: path, tensor: name,
        problem: .dataType(expected: "an integer type", found: entry.dataType))
    case .failure(.overflow(let value)):
      throw SafetensorsError(file: path, tensor: name, problem: .integerOverflow(value))
    }
  }

  private func bytes(of entry: SafetensorsEntry) throws(SafetensorsError) -> [UInt8] {
    do throws(FileError) {
      return try source.bytes(place(of: entry))
    } catch {
      throw SafetensorsError(file: path, tensor: entry.name, problem: .file(error))
    }
  }
}

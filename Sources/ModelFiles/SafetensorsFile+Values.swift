public import Tensors

extension SafetensorsFile {
  /// A tensor's elements as 32-bit floats. Half and brain floats are widened exactly; 64-bit floats and large
  /// integers are rounded to the nearest float; truth values become 0 and 1.
  /// - Throws: `SafetensorsError.Problem.missing`.
  public func tensor(named name: String) throws(SafetensorsError) -> Tensor {
    let entry = try requiredEntry(named: name)
    var tensor = Tensor(uninitialized: Shape(entry.dimensions))
    let target = UnsafeMutableBufferPointer(start: tensor.mutablePointer, count: tensor.count)
    withUnsafeBytes(of: entry) { bytes in
      switch entry.dataType {
      case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
      case .float64:
        fill(target, bytes) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
      case .float16: fill(target, bytes) { Float(halfBits: UInt16(littleEndian: $0)) }
      case .brainFloat16:
        fill(target, bytes) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
      case .int64: fill(target, bytes) { Float(Int64(littleEndian: $0)) }
      case .int32: fill(target, bytes) { Float(Int32(littleEndian: $0)) }
      case .int16: fill(target, bytes) { Float(Int16(littleEndian: $0)) }
      case .int8: fill(target, bytes) { (value: Int8) in Float(value) }
      case .uint64: fill(target, bytes) { Float(UInt64(littleEndian: $0)) }
      case .uint32: fill(target, bytes) { Float(UInt32(littleEndian: $0)) }
      case .uint16: fill(target, bytes) { Float(UInt16(littleEndian: $0)) }
      case .uint8: fill(target, bytes) { (value: UInt8) in Float(value) }
      case .bool: fill(target, bytes) { (value: UInt8) in value == 0 ? 0 : 1 }
      }
    }
    return tensor
  }

  /// A tensor's elements as whole numbers, exactly.
  /// - Throws: `SafetensorsError` when it is missing, not of an integer type, or has a number over 2^63 - 1.
  public func integers(named name: String) throws(SafetensorsError) -> [Int64] {
    let entry = try requiredEntry(named: name)
    var integers = [Int64](repeating: 0, count: entry.elementCount)
    var unsigned: [UInt64] = []
    withUnsafeBytes(of: entry) { bytes in
      integers.withUnsafeMutableBufferPointer { target in
        switch entry.dataType {
        case .int64: fill(target, bytes) { Int64(littleEndian: $0) }
        case .int32: fill(target, bytes) { Int64(Int32(littleEndian: $0)) }
        case .int16: fill(target, bytes) { Int64(Int16(littleEndian: $0)) }
        case .int8: fill(target, bytes) { (value: Int8) in Int64(value) }
        case .uint64:
          unsigned = (0..<target.count).map {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
          }
        case .uint32: fill(target, bytes) { Int64(UInt32(littleEndian: $0)) }
        case .uint16: fill(target, bytes) { Int64(UInt16(littleEndian: $0)) }
        case .uint8: fill(target, bytes) { (value: UInt8) in Int64(value) }
        case .float64, .float32, .float16, .brainFloat16, .bool: break
        }
      }
    }
    if !entry.dataType.isInteger {
      throw SafetensorsError(
        file: path, tensor: name,
        problem: .dataType(expected: "an integer type", found: entry.dataType))
    }
    for (index, value) in unsigned.enumerated() {
      guard let signed = Int64(exactly: value) else {
        throw SafetensorsError(file: path, tensor: name, problem: .integerOverflow(value))
      }
      integers[index] = signed
    }
    return integers
  }

  /// Converts element by element. The bytes may stand at any address.
  private func fill<Source: BitwiseCopyable, Value>(
    _ target: UnsafeMutableBufferPointer<Value>, _ bytes: UnsafeRawBufferPointer,
    _ convert: (Source) -> Value
  ) {
    let stride = MemoryLayout<Source>.stride
    for index in target.indices {
      let source = bytes.loadUnaligned(fromByteOffset: index * stride, as: Source.self)
      target.initializeElement(at: index, to: convert(source))
    }
  }
}

extension Float {
  /// The value of 16 bits in IEEE half precision. (`Float16` is not on every platform.)
  init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      self.init(bitPattern: sign | magnitude.bitPattern)
    case 0x1F: self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

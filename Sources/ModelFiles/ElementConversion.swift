internal import Tensors

// Numbers as files hold them, little-endian and at any address, to numbers as models use them.

extension SafetensorsDataType {
  /// All elements as 32-bit floats.
  ///
  /// - Parameter bytes: as many elements as the shape has.
  func tensor(_ bytes: UnsafeRawBufferPointer, shape: Shape) -> Tensor {
    var tensor = Tensor(uninitialized: shape)
    let target = UnsafeMutableBufferPointer(start: tensor.mutablePointer, count: tensor.count)
    switch self {
    case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
    case .float64: fill(target, bytes) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
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
    return tensor
  }

  /// Why elements cannot be given as signed 64-bit numbers.
  enum IntegerProblem: Error, Equatable {
    case notIntegers
    case overflow(UInt64)
  }

  /// All elements as whole numbers, exactly.
  func integers(_ bytes: UnsafeRawBufferPointer) -> Result<[Int64], IntegerProblem> {
    if !isInteger { return .failure(.notIntegers) }
    let count = bytes.count / byteCount
    if self == .uint64 {
      var integers: [Int64] = []
      integers.reserveCapacity(count)
      for index in 0..<count {
        let value = bytes.number(at: 8 * index, as: UInt64.self)
        guard let signed = Int64(exactly: value) else { return .failure(.overflow(value)) }
        integers.append(signed)
      }
      return .success(integers)
    }
    let integers = [Int64](unsafeUninitializedCapacity: count) { buffer, initialized in
      let target = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
      initialized = count
      switch self {
      case .int64: fill(target, bytes) { Int64(littleEndian: $0) }
      case .int32: fill(target, bytes) { Int64(Int32(littleEndian: $0)) }
      case .int16: fill(target, bytes) { Int64(Int16(littleEndian: $0)) }
      case .int8: fill(target, bytes) { (value: Int8) in Int64(value) }
      case .uint32: fill(target, bytes) { Int64(UInt32(littleEndian: $0)) }
      case .uint16: fill(target, bytes) { Int64(UInt16(littleEndian: $0)) }
      case .uint8: fill(target, bytes) { (value: UInt8) in Int64(value) }
      case .float64, .float32, .float16, .brainFloat16, .bool, .uint64: initialized = 0
      }
    }
    return .success(integers)
  }

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

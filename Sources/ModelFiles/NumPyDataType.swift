/// The types of elements in NumPy's files that this library reads, by NumPy's short names: kind and bytes.
public enum NumPyDataType: String, Sendable, CaseIterable {
  case float16 = "f2"
  case float32 = "f4"
  case float64 = "f8"
  case int8 = "i1"
  case int16 = "i2"
  case int32 = "i4"
  case int64 = "i8"
  case uint8 = "u1"
  case uint16 = "u2"
  case uint32 = "u4"
  case uint64 = "u8"
  case bool = "b1"

  /// The bytes of an element.
  public var byteCount: Int { elements.byteCount }

  /// Whether the elements are whole numbers.
  public var isInteger: Bool { elements.isInteger }

  /// The same elements in the words of safetensors, whose conversions they share.
  var elements: SafetensorsDataType {
    switch self {
    case .float16: .float16
    case .float32: .float32
    case .float64: .float64
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .uint16: .uint16
    case .uint32: .uint32
    case .uint64: .uint64
    case .bool: .bool
    }
  }

  /// As a header of NumPy has it: with the order of bytes, which a single byte has none of.
  var descriptor: String { (byteCount == 1 ? "|" : "<") + rawValue }
}

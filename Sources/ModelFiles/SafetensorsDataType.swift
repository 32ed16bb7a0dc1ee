/// The types of elements in a safetensors file that this library reads, by the names the format uses.
public enum SafetensorsDataType: String, Sendable, CaseIterable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case brainFloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint64 = "U64"
  case uint32 = "U32"
  case uint16 = "U16"
  case uint8 = "U8"
  case bool = "BOOL"

  /// The bytes of an element.
  public var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .brainFloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// Whether the elements are whole numbers.
  public var isInteger: Bool {
    switch self {
    case .float64, .float32, .float16, .brainFloat16, .bool: false
    case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8: true
    }
  }
}

/// A tensor in a safetensors file, as its header describes it.
public struct SafetensorsEntry: Sendable, Equatable {
  /// The tensor's name.
  public let name: String
  /// How its elements are stored.
  public let dataType: SafetensorsDataType
  /// The dimensions, outermost first; none for a single number.
  public let dimensions: [Int]
  /// Where the elements are in the data part of the file, in bytes.
  public let byteRange: Range<Int>

  /// The number of elements.
  public var elementCount: Int { byteRange.count / dataType.byteCount }
}

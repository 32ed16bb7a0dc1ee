/// A safetensors file that breaks the format, or a tensor that is not there as asked.
public struct SafetensorsError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// Fewer than the 8 bytes of the header's length.
    case fileTooShort(byteCount: Int)
    /// The header's length is over the format's limit.
    case headerTooLong(byteCount: UInt64, limit: Int)
    /// The file ends before the header does.
    case headerOutsideFile(byteCount: Int, available: Int)
    /// The header does not begin with `{`. `nil`: it is empty.
    case headerStart(found: UInt8?)
    /// The header is not JSON.
    case json(StrictJSONError)
    /// The metadata are not an object of strings.
    case metadata(key: String?, found: String)
    /// A part of a tensor's description is missing or of the wrong kind.
    case field(String, expected: String, found: String)
    /// A part of a tensor's description that the format does not have.
    case unknownField(String)
    case unknownDataType(String)
    /// The product of the dimensions, in bytes, is beyond what can be counted.
    case shapeOverflow([Int])
    /// Dimensions and element size give another number of bytes than the offsets.
    case byteCount(expected: Int, found: Int, dimensions: [Int], dataType: SafetensorsDataType)
    /// The tensor does not begin where the one before it ends.
    case offset(expected: Int, found: Int)
    /// The last tensor does not end where the file does.
    case dataSize(expected: Int, found: Int)
    /// There is no tensor of this name; names that there are.
    case missing(known: [String])
    /// The tensor is not of the type asked for.
    case dataType(expected: String, found: SafetensorsDataType)
    /// A whole number that does not fit into 64 bits with a sign.
    case integerOverflow(UInt64)
    /// The file cannot be read, or has changed since it was opened.
    case file(FileError)
    /// Writing: two tensors of one name.
    case duplicateName
    /// Writing: a name that the format keeps for itself.
    case reservedName
    /// Writing: a number of elements that is not the product of the dimensions.
    case elementCount(expected: Int, found: Int)
  }

  /// The file's path.
  public let file: String
  /// The tensor, where one is to blame.
  public let tensor: String?
  /// What is wrong.
  public let problem: Problem

  /// `tensor` is nil where the file as a whole is wrong.
  public init(file: String, tensor: String? = nil, problem: Problem) {
    self.file = file
    self.tensor = tensor
    self.problem = problem
  }

  /// The text for a person.
  public var description: String {
    "\(file): " + (tensor.map { "tensor '\($0)': " } ?? "") + explanation
  }

  private var explanation: String {
    switch problem {
    case .fileTooShort(let byteCount):
      "expected at least 8 bytes, found \(byteCount)"
    case .headerTooLong(let byteCount, let limit):
      "expected a header of at most \(limit) bytes, found a length of \(byteCount); "
        + "perhaps this is not a safetensors file"
    case .headerOutsideFile(let byteCount, let available):
      "expected a header of \(byteCount) bytes, found \(available) to the end of the file"
    case .headerStart(let found):
      "expected a header that begins with '{', found "
        + (found.map { "the byte \($0)" } ?? "an empty one")
    case .json(let error):
      "the header is not valid: \(error)"
    case .metadata(let key, let found):
      "expected text for " + (key.map { "the metadata key '\($0)'" } ?? "each key of __metadata__")
        + ", found \(found)"
    case .field(let field, let expected, let found):
      "expected \(expected) as '\(field)', found \(found)"
    case .unknownField(let field):
      "expected dtype, shape and data_offsets only, found '\(field)'"
    case .unknownDataType(let name):
      "the dtype \(name) is not one of "
        + SafetensorsDataType.allCases.map(\.rawValue).joined(separator: ", ")
    case .shapeOverflow(let dimensions):
      "the shape \(dimensions) has more elements than can be addressed"
    case .byteCount(let expected, let found, let dimensions, let dataType):
      "expected \(expected) bytes for the shape \(dimensions) of \(dataType.rawValue), "
        + "found \(found) between its offsets"
    case .offset(let expected, let found):
      "expected its data at offset \(expected), where the data before it end, found \(found)"
    case .dataSize(let expected, let found):
      "expected \(expected) bytes of data after the header, found \(found)"
    case .missing(let known):
      "not in the file, which has \(known.count) tensors: "
        + known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", ..." : "")
    case .dataType(let expected, let found):
      "expected \(expected), found \(found.rawValue)"
    case .integerOverflow(let value):
      "the number \(value) does not fit into a signed 64-bit integer"
    case .file(let error):
      "\(error)"
    case .duplicateName:
      "there are two tensors of this name"
    case .reservedName:
      "this name is reserved by the format"
    case .elementCount(let expected, let found):
      "expected \(expected) elements for its shape, found \(found)"
    }
  }
}

/// A file of NumPy's that breaks the format, holds what is not read here, or has no array as asked.
public struct NumPyError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The file does not begin with NumPy's mark.
    case magic(found: [UInt8])
    case unknownVersion(major: UInt8, minor: UInt8)
    /// The file ends before the header does.
    case headerOutsideFile(expected: Int, available: Int)
    case headerTooLong(byteCount: Int, limit: Int)
    /// The header is not a Python dictionary as NumPy writes it.
    case header(offset: Int, expected: String, found: String)
    case duplicateKey(String)
    case unknownKey(String)
    case missingKey(String)
    /// Elements with the most significant byte first.
    case bigEndian(String)
    /// Python objects, which could only be read by running what is in the file.
    case pickledObjects
    /// Elements of another kind: texts, complex numbers, dates, records.
    case unsupportedType(String)
    /// The first dimension is the innermost one.
    case fortranOrder
    case tooManyDimensions(Int, limit: Int)
    /// The product of the dimensions, in bytes, is beyond what can be counted.
    case shapeOverflow([Int])
    /// Dimensions and type give another number of bytes than there are.
    case dataSize(expected: Int, found: Int, dimensions: [Int], dataType: NumPyDataType)
    /// Something in an archive that is not named like an array.
    case notAnArray
    /// There is no array of this name; names that there are.
    case missing(known: [String])
    /// An array that should not be there; names that should.
    case unexpected(expected: [String])
    case shape(expected: [Int], found: [Int])
    /// The array is not of the type asked for.
    case dataType(expected: String, found: NumPyDataType)
    /// A whole number that does not fit into 64 bits with a sign.
    case integerOverflow(UInt64)
    /// Writing: two arrays of one name.
    case duplicateName
    /// Writing: a name without letters, with a NUL, or of more than 65535 bytes.
    case name
  }

  /// The file's path.
  public let file: String
  /// The array in an archive, where one is to blame.
  public let array: String?
  /// What is wrong.
  public let problem: Problem

  /// `array` is nil for a file with one array, or where the file as a whole is wrong.
  public init(file: String, array: String? = nil, problem: Problem) {
    self.file = file
    self.array = array
    self.problem = problem
  }

  /// The text for a person.
  public var description: String {
    "\(file): " + (array.map { "array '\($0)': " } ?? "") + explanation
  }

  private var explanation: String {
    switch problem {
    case .magic(let found):
      "expected the bytes \(NumPyHeader.magic) of a NumPy array, found \(found)"
    case .unknownVersion(let major, let minor):
      "expected format version 1.0, 2.0 or 3.0, found \(major).\(minor)"
    case .headerOutsideFile(let expected, let available):
      "expected a header of \(expected) bytes, found \(available) to the end"
    case .headerTooLong(let byteCount, let limit):
      "expected a header of at most \(limit) bytes, found a length of \(byteCount)"
    case .header(let offset, let expected, let found):
      "expected \(expected) at offset \(offset) of the header, found \(found)"
    case .duplicateKey(let key): "the header has the key '\(key)' twice"
    case .unknownKey(let key):
      "expected the keys descr, fortran_order and shape only, found '\(key)'"
    case .missingKey(let key): "expected the key '\(key)' in the header, found none"
    case .bigEndian(let type): "expected little-endian elements, found '\(type)'"
    case .pickledObjects:
      "expected numbers, found pickled Python objects, which this library does not load"
    case .unsupportedType(let type):
      "expected elements of one of the types "
        + NumPyDataType.allCases.map(\.rawValue).joined(separator: ", ") + ", found \(type)"
    case .fortranOrder: "expected rows one after another (C order), found Fortran order"
    case .tooManyDimensions(let count, let limit):
      "expected at most \(limit) dimensions, found \(count)"
    case .shapeOverflow(let dimensions):
      "the shape \(dimensions) has more elements than can be addressed"
    case .dataSize(let expected, let found, let dimensions, let dataType):
      "expected \(expected) bytes after the header for the shape \(dimensions) of "
        + "\(dataType.rawValue), found \(found)"
    case .notAnArray: "expected a name that ends with .npy"
    case .missing(let known):
      "not in the file, which has \(known.count) arrays: "
        + known.prefix(8).joined(separator: ", ") + (known.count > 8 ? ", ..." : "")
    case .unexpected(let expected):
      "expected the arrays \(expected.joined(separator: ", ")) only"
    case .shape(let expected, let found): "expected the shape \(expected), found \(found)"
    case .dataType(let expected, let found): "expected \(expected), found \(found.rawValue)"
    case .integerOverflow(let value):
      "the number \(value) does not fit into a signed 64-bit integer"
    case .duplicateName: "there are two arrays of this name"
    case .name: "expected a name of 1 to 65531 bytes without NUL"
    }
  }
}

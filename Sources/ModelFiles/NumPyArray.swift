public import Tensors

/// An array of numbers in NumPy's format: a .npy file, or an entry of a .npz file (``NumPyArchive``).
///
/// Read are versions 1 to 3 with numbers of the types of ``NumPyDataType``, little-endian and row by row (C order),
/// exactly as many as the shape says. Big-endian numbers, Fortran order and Python objects are refused. A file is
/// read as a whole on opening, so what happens to it later does not matter.
public struct NumPyArray: Sendable {
  /// The file, as messages name it; empty for an array that was made here.
  public let file: String
  /// The array's name in an archive.
  public let name: String?
  /// How the elements are stored.
  public let dataType: NumPyDataType
  /// The dimensions, outermost first; none for a single number.
  public let dimensions: [Int]
  /// The bytes in which the elements stand.
  private let bytes: [UInt8]
  private let range: Range<Int>

  /// Opens a .npy file and checks its header.
  ///
  /// - Throws: `FileError` when it cannot be read, ``NumPyError`` when it breaks the format.
  public init(contentsOf path: String) throws {
    let bytes = try AtomicFile.contents(of: path)
    try self.init(bytes, 0..<bytes.count, file: path)
  }

  /// The same for the bytes of a .npy file.
  ///
  /// - Parameter name: what messages call the file.
  public init(bytes: [UInt8], name: String) throws(NumPyError) {
    try self.init(bytes, 0..<bytes.count, file: name)
  }

  init(_ bytes: [UInt8], _ range: Range<Int>, file: String, name: String? = nil)
    throws(NumPyError)
  {
    let result = bytes.withUnsafeBytes { bytes -> Result<NumPyHeader, NumPyProblem> in
      do throws(NumPyProblem) {
        return .success(try NumPyHeader(UnsafeRawBufferPointer(rebasing: bytes[range])))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .failure(let error):
      throw NumPyError(file: file, array: name, problem: error.problem)
    case .success(let header):
      self.file = file
      self.name = name
      dataType = header.dataType
      dimensions = header.dimensions
      self.bytes = bytes
      self.range = range.lowerBound + header.dataStart..<range.upperBound
    }
  }

  /// An array of floats, f4.
  public init(_ tensor: Tensor) {
    dataType = .float32
    dimensions = tensor.shape.dimensions
    bytes = withExtendedLifetime(tensor) {
      Array(
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: tensor.pointer, count: tensor.count)))
    }
    (file, name, range) = ("", nil, 0..<bytes.count)
  }

  /// An array of whole numbers, i8; one dimension if none are given. Their number must fit the dimensions.
  public init(integers: [Int64], dimensions: [Int]? = nil) {
    let dimensions = dimensions ?? [integers.count]
    if Shape(dimensions).elementCount != integers.count {
      fatalError("NumPyArray: \(integers.count) integers do not fill the shape \(dimensions)")
    }
    dataType = .int64
    self.dimensions = dimensions
    bytes = integers.withUnsafeBytes { Array($0) }
    (file, name, range) = ("", nil, 0..<bytes.count)
  }

  /// The number of elements.
  public var elementCount: Int { range.count / dataType.byteCount }

  /// The elements, little-endian, in row-major order. They may stand at any address. Valid within `body` only.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// The elements as 32-bit floats. Half floats are widened exactly; 64-bit floats and large integers are rounded
  /// to the nearest float; truth values become 0 and 1.
  public func tensor() -> Tensor {
    withUnsafeBytes { dataType.elements.tensor($0, shape: Shape(dimensions)) }
  }

  /// The elements as whole numbers, exactly.
  ///
  /// - Throws: ``NumPyError`` when they are not of an integer type, or one is over 2^63 - 1.
  public func integers() throws(NumPyError) -> [Int64] {
    switch withUnsafeBytes({ dataType.elements.integers($0) }) {
    case .success(let integers): return integers
    case .failure(.notIntegers):
      throw NumPyError(
        file: file, array: name,
        problem: .dataType(expected: "an integer type", found: dataType))
    case .failure(.overflow(let value)):
      throw NumPyError(file: file, array: name, problem: .integerOverflow(value))
    }
  }

  /// Writes a .npy file of version 1.0, replacing what is at `path` only when the new one is complete.
  ///
  /// - Throws: `FileError`.
  public func write(to path: String) throws {
    try AtomicFile.write(to: path) { try write(to: $0) }
  }

  var header: [UInt8] { NumPyHeader.bytes(dataType, dimensions) }

  /// Header and elements.
  func write(to file: borrowing FileSink) throws {
    try header.withUnsafeBytes { try file.write($0) }
    try withUnsafeBytes { try file.write($0) }
  }
}

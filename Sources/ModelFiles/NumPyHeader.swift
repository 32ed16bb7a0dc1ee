/// The header of an array of NumPy's, checked against the bytes that follow it.
struct NumPyHeader {
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The longest that version 1 can have. Longer ones are of records, which are not read here.
  static let byteLimit = 0xFFFF
  /// NumPy's.
  static let rankLimit = 64

  let dataType: NumPyDataType
  let dimensions: [Int]
  /// Where the elements begin.
  let dataStart: Int

  init(_ bytes: UnsafeRawBufferPointer) throws(NumPyProblem) {
    let mark = bytes.prefix(Self.magic.count)
    if !mark.elementsEqual(Self.magic) { throw .init(.magic(found: Array(mark))) }
    func requireBytes(_ end: Int) throws(NumPyProblem) {
      if end > bytes.count {
        throw .init(.headerOutsideFile(expected: end, available: bytes.count))
      }
    }
    try requireBytes(10)
    let start: Int
    let length: Int
    switch (bytes[6], bytes[7]) {
    case (1, 0):
      start = 10
      length = Int(bytes.number(at: 8, as: UInt16.self))
    case (2, 0), (3, 0):
      start = 12
      try requireBytes(start)
      length = Int(bytes.number(at: 8, as: UInt32.self))
    case (let major, let minor): throw .init(.unknownVersion(major: major, minor: minor))
    }
    if length > Self.byteLimit {
      throw .init(.headerTooLong(byteCount: length, limit: Self.byteLimit))
    }
    dataStart = start + length
    try requireBytes(dataStart)
    let text = UnsafeRawBufferPointer(rebasing: bytes[start..<dataStart])
    var parser = NumPyHeaderParser(text)
    let fields = try parser.parse()

    if fields.isFortranOrder { throw .init(.fortranOrder) }
    dataType = fields.dataType
    dimensions = fields.dimensions
    if dimensions.count > Self.rankLimit {
      throw .init(.tooManyDimensions(dimensions.count, limit: Self.rankLimit))
    }
    // A product without the zeros, so that it does not overflow in whatever order it is taken.
    var product = dataType.byteCount
    for dimension in dimensions where dimension > 0 {
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      if overflow { throw .init(.shapeOverflow(dimensions)) }
      product = next
    }
    let expected = dimensions.contains(0) ? 0 : product
    if expected != bytes.count - dataStart {
      throw .init(
        .dataSize(
          expected: expected, found: bytes.count - dataStart, dimensions: dimensions,
          dataType: dataType))
    }
  }

  /// A header of version 1.0, with spaces so that the elements begin at a multiple of 64 bytes, as NumPy writes it.
  static func bytes(_ dataType: NumPyDataType, _ dimensions: [Int]) -> [UInt8] {
    let shape =
      dimensions.map(String.init).joined(separator: ", ") + (dimensions.count == 1 ? "," : "")
    var text = Array(
      "{'descr': '\(dataType.descriptor)', 'fortran_order': False, 'shape': (\(shape)), }".utf8)
    text += Array(repeating: UInt8(ascii: " "), count: 63 - (magic.count + 4 + text.count) % 64)
    text.append(UInt8(ascii: "\n"))
    return magic + [1, 0, UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text
  }
}

/// What is wrong with an array, before it is known where it stands.
struct NumPyProblem: Error {
  let problem: NumPyError.Problem
  init(_ problem: NumPyError.Problem) { self.problem = problem }
}

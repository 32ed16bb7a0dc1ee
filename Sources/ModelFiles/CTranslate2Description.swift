/// What stands in a `model.bin` before and between the elements: read from its beginning to its end.
struct CTranslate2Description {
  let version: Int
  let specification: String
  let revision: Int
  private(set) var variables: [CTranslate2File.Variable] = []
  private(set) var aliases: [String: String] = [:]

  init(_ source: ByteSource, file: String) throws {
    var reader = Reader(source: source, file: file)
    version = try Int(reader.number(UInt32.self, "the version"))
    if !(2...CTranslate2File.newestVersion).contains(version) {
      throw reader.failure(.version(version), at: 0)
    }
    specification = try reader.string("the kind of model")
    revision = try Int(reader.number(UInt32.self, "the revision"))
    // A variable takes 11 bytes at the least.
    let count = try reader.count("the number of variables", leastSize: 11)
    var names: Set<String> = []
    for _ in 0..<count {
      let variable = try Self.variable(&reader, version: version)
      if !names.insert(variable.name).inserted { throw reader.failure(.duplicate(variable.name)) }
      variables.append(variable)
    }
    if version >= 3 {
      for _ in 0..<(try reader.count("the number of aliases", leastSize: 6)) {
        let alias = try reader.string("an alias")
        let name = try reader.string("the variable of an alias")
        if !names.contains(name) { throw reader.failure(.missing(name)) }
        if names.contains(alias) || aliases.updateValue(name, forKey: alias) != nil {
          throw reader.failure(.duplicate(alias))
        }
      }
    }
    if reader.rest > 0 { throw reader.failure(.trailing(reader.rest)) }
  }

  private static func variable(
    _ reader: inout Reader, version: Int
  ) throws -> CTranslate2File.Variable {
    let name = try reader.string("the name of a variable")
    let rank = try Int(reader.number(UInt8.self, "the rank of '\(name)'"))
    var dimensions: [Int] = []
    var elementCount = 1
    for _ in 0..<rank {
      let dimension = try Int(reader.number(UInt32.self, "a dimension of '\(name)'"))
      dimensions.append(dimension)
      let (product, overflow) = elementCount.multipliedReportingOverflow(by: dimension)
      if overflow { throw reader.failure(.tooManyElements(name, dimensions)) }
      elementCount = product
    }
    let typeNumber = try Int(reader.number(UInt8.self, "the type of '\(name)'"))
    guard let dataType = dataType(typeNumber, version: version) else {
      throw reader.failure(.dataType(name, typeNumber))
    }
    // Up to version 3 the number is of elements, from 4 on of bytes.
    let size = try Int(reader.number(UInt32.self, "the size of '\(name)'"))
    let byteCount = version < 4 ? size * dataType.byteCount : size
    let (expected, overflow) = elementCount.multipliedReportingOverflow(by: dataType.byteCount)
    if overflow || byteCount != expected {
      throw reader.failure(.size(name, dimensions, found: byteCount))
    }
    return CTranslate2File.Variable(
      name: name, dataType: dataType, dimensions: dimensions,
      byteRange: try reader.skip(byteCount, "the elements of '\(name)'"))
  }

  /// Up to version 3 types go by the size of an element.
  private static func dataType(_ number: Int, version: Int) -> SafetensorsDataType? {
    if version < 4 { return [1: .int8, 2: .int16, 4: .float32][number] }
    return numberedTypes.first { $0.number == number }?.type
  }

  static let numberedTypes: [(number: Int, type: SafetensorsDataType)] = [
    (0, .float32), (1, .int8), (2, .int16), (3, .int32), (4, .float16), (5, .brainFloat16),
  ]
}

/// Takes one thing after another off the bytes.
private struct Reader {
  let source: ByteSource
  let file: String
  var offset = 0

  var rest: Int { source.count - offset }

  func failure(_ problem: CTranslate2Error.Problem, at place: Int? = nil) -> CTranslate2Error {
    CTranslate2Error(file: file, offset: place ?? offset, problem: problem)
  }

  mutating func skip(_ count: Int, _ what: String) throws -> Range<Int> {
    if count > rest { throw failure(.ends(what, needed: count, found: rest)) }
    defer { offset += count }
    return offset..<offset + count
  }

  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, _ what: String
  ) throws -> Number {
    let bytes = try source.bytes(skip(MemoryLayout<Number>.size, what))
    return bytes.withUnsafeBytes { $0.number(at: 0, as: type) }
  }

  /// A number of things that are still to come, each of a least size.
  mutating func count(_ what: String, leastSize: Int) throws -> Int {
    let count = try Int(number(UInt32.self, what))
    if count > rest / leastSize {
      throw failure(.ends(what, needed: count * leastSize, found: rest))
    }
    return count
  }

  /// 16 bits of length, the bytes, and a zero that is counted.
  mutating func string(_ what: String) throws -> String {
    let length = try Int(number(UInt16.self, what))
    let place = try skip(length, what)
    let bytes = try source.bytes(place)
    guard bytes.last == 0, let string = String(validating: bytes.dropLast(), as: UTF8.self),
      !bytes.dropLast().contains(0)
    else { throw failure(.text(what), at: place.lowerBound) }
    return string
  }
}

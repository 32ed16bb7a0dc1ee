/// The header of a safetensors file, checked against the whole file.
struct SafetensorsHeader {
  let metadata: [String: String]
  let entries: [SafetensorsEntry]
  /// Where the data part begins, in bytes from the beginning of the file.
  let dataStart: Int

  static let metadataKey = "__metadata__"
  private static let lengthBytes = 8

  init(_ source: ByteSource, file: String) throws(SafetensorsError) {
    func failure(_ problem: SafetensorsError.Problem) -> SafetensorsError {
      SafetensorsError(file: file, problem: problem)
    }
    // Copied, since a file that is shortened meanwhile must give an error.
    func bytes(_ range: Range<Int>) throws(SafetensorsError) -> [UInt8] {
      do throws(FileError) {
        return try source.bytes(range)
      } catch {
        throw failure(.file(error))
      }
    }
    if source.count < Self.lengthBytes { throw failure(.fileTooShort(byteCount: source.count)) }
    let length = try bytes(0..<Self.lengthBytes).withUnsafeBytes {
      $0.number(at: 0, as: UInt64.self)
    }
    if length > SafetensorsFile.headerLimit {
      throw failure(.headerTooLong(byteCount: length, limit: SafetensorsFile.headerLimit))
    }
    let available = source.count - Self.lengthBytes
    if length > available {
      throw failure(.headerOutsideFile(byteCount: Int(length), available: available))
    }
    dataStart = Self.lengthBytes + Int(length)
    let text = try bytes(Self.lengthBytes..<dataStart)
    if text.first != UInt8(ascii: "{") { throw failure(.headerStart(found: text.first)) }

    let json: StrictJSON
    do {
      json = try StrictJSON(parsing: text, depthLimit: 8)
    } catch {
      throw failure(.json(error))
    }
    guard case .object(let members) = json else {
      throw failure(.headerStart(found: text.first))
    }
    var metadata: [String: String] = [:]
    var entries: [SafetensorsEntry] = []
    for member in members {
      if member.key == Self.metadataKey {
        metadata = try Self.metadata(member.value, file: file)
      } else {
        entries.append(try Self.entry(member.key, member.value, file: file))
      }
    }
    // Empty tensors share their offset with the next one and come first.
    entries.sort {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound)
        < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }
    var end = 0
    for entry in entries {
      if entry.byteRange.lowerBound != end {
        throw SafetensorsError(
          file: file, tensor: entry.name,
          problem: .offset(expected: end, found: entry.byteRange.lowerBound))
      }
      end = entry.byteRange.upperBound
    }
    if end != source.count - dataStart {
      throw failure(.dataSize(expected: end, found: source.count - dataStart))
    }
    self.metadata = metadata
    self.entries = entries
  }

  private static func metadata(
    _ value: StrictJSON, file: String
  ) throws(SafetensorsError) -> [String: String] {
    guard case .object(let members) = value else {
      throw SafetensorsError(file: file, problem: .metadata(key: nil, found: value.kind))
    }
    var metadata: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.value else {
        throw SafetensorsError(
          file: file, problem: .metadata(key: member.key, found: member.value.kind))
      }
      // A dictionary takes different spellings of an accented letter for one key.
      if metadata.updateValue(text, forKey: member.key) != nil {
        throw SafetensorsError(
          file: file,
          problem: .metadata(key: member.key, found: "it a second time, in another spelling"))
      }
    }
    return metadata
  }

  private static func entry(
    _ name: String, _ value: StrictJSON, file: String
  ) throws(SafetensorsError) -> SafetensorsEntry {
    func failure(_ problem: SafetensorsError.Problem) -> SafetensorsError {
      SafetensorsError(file: file, tensor: name, problem: problem)
    }
    func wrong(_ field: String, _ expected: String) -> SafetensorsError {
      failure(.field(field, expected: expected, found: value[field].map(\.kind) ?? "nothing"))
    }
    guard case .object(let members) = value else {
      throw failure(.field(name, expected: "an object", found: value.kind))
    }
    let fields = ["dtype", "shape", "data_offsets"]
    if let unknown = members.first(where: { !fields.contains($0.key) }) {
      throw failure(.unknownField(unknown.key))
    }
    guard case .string(let typeName)? = value["dtype"] else { throw wrong("dtype", "a string") }
    guard let dataType = SafetensorsDataType(rawValue: typeName) else {
      throw failure(.unknownDataType(typeName))
    }
    guard let dimensions = value["shape"].flatMap(sizes) else {
      throw wrong("shape", "an array of whole numbers from 0")
    }
    guard let offsets = value["data_offsets"].flatMap(sizes), offsets.count == 2 else {
      throw wrong("data_offsets", "an array of two whole numbers from 0")
    }
    if offsets[1] < offsets[0] {
      throw failure(
        .field("data_offsets", expected: "the end after the beginning", found: "\(offsets)"))
    }
    var byteCount = dataType.byteCount
    for dimension in dimensions {
      let (product, overflow) = byteCount.multipliedReportingOverflow(by: dimension)
      if overflow { throw failure(.shapeOverflow(dimensions)) }
      byteCount = product
    }
    if byteCount != offsets[1] - offsets[0] {
      throw failure(
        .byteCount(
          expected: byteCount, found: offsets[1] - offsets[0], dimensions: dimensions,
          dataType: dataType))
    }
    return SafetensorsEntry(
      name: name, dataType: dataType, dimensions: dimensions, byteRange: offsets[0]..<offsets[1])
  }

  /// An array of whole numbers from 0; `nil` if it is anything else.
  private static func sizes(_ value: StrictJSON) -> [Int]? {
    guard case .array(let elements) = value else { return nil }
    var sizes: [Int] = []
    for element in elements {
      guard case .number(let text) = element, !text.hasPrefix("-"), let size = Int(text) else {
        return nil
      }
      sizes.append(size)
    }
    return sizes
  }
}

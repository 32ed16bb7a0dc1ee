public import Tensors

extension SafetensorsFile {
  /// Numbers to be written under a name.
  public struct NamedValues: Sendable {
    enum Values: Sendable {
      case floats(Tensor)
      case integers([Int64])
    }

    /// The name in the file.
    public let name: String
    let values: Values
    let dimensions: [Int]

    /// Floats, written as F32.
    public init(_ name: String, _ tensor: Tensor) {
      self.name = name
      values = .floats(tensor)
      dimensions = tensor.shape.dimensions
    }

    /// Whole numbers, written as I64; one dimension if none are given.
    public init(_ name: String, integers: [Int64], dimensions: [Int]? = nil) {
      self.name = name
      values = .integers(integers)
      self.dimensions = dimensions ?? [integers.count]
    }

    var dataType: SafetensorsDataType {
      switch values {
      case .floats: .float32
      case .integers: .int64
      }
    }

    var elementCount: Int {
      switch values {
      case .floats(let tensor): tensor.count
      case .integers(let integers): integers.count
      }
    }
  }

  /// Writes a file, replacing what is at `path` only when the new one is complete.
  ///
  /// Integers come before floats, so that all data are aligned to their size; otherwise the order is kept.
  /// The same arguments give the same bytes.
  /// - Parameter metadata: Texts to put into the header, by key.
  /// - Throws: `FileError`; `SafetensorsError` for a name that is there twice or reserved, or a number of
  ///   integers that is not the product of their dimensions.
  public static func write(
    _ values: [NamedValues], metadata: [String: String] = [:], to path: String
  ) throws {
    let ordered =
      values.filter { $0.dataType == .int64 } + values.filter { $0.dataType == .float32 }
    let header = try header(ordered, metadata: metadata, file: path)
    try AtomicFile.write(to: path) { file in
      let length = UInt64(header.count).littleEndian
      try Swift.withUnsafeBytes(of: length) { try file.write($0) }
      try header.withUnsafeBytes { try file.write($0) }
      for item in ordered {
        switch item.values {
        case .floats(let tensor):
          try withExtendedLifetime(tensor) {
            try file.write(
              UnsafeRawBufferPointer(
                UnsafeBufferPointer(start: tensor.pointer, count: tensor.count)))
          }
        case .integers(let integers): try integers.withUnsafeBytes { try file.write($0) }
        }
      }
    }
  }

  /// The header with spaces at its end, so that the data begin at a multiple of 8 bytes.
  private static func header(
    _ values: [NamedValues], metadata: [String: String], file: String
  ) throws(SafetensorsError) -> [UInt8] {
    var members: [StrictJSON.Member] = []
    if !metadata.isEmpty {
      let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      members.append(
        StrictJSON.Member(
          SafetensorsHeader.metadataKey,
          .object(sorted.map { StrictJSON.Member($0.key, .string($0.value)) })))
    }
    var names: Set<[UInt8]> = []
    var offset = 0
    for item in values {
      func failure(_ problem: SafetensorsError.Problem) -> SafetensorsError {
        SafetensorsError(file: file, tensor: item.name, problem: problem)
      }
      if item.name == SafetensorsHeader.metadataKey { throw failure(.reservedName) }
      if !names.insert(Array(item.name.utf8)).inserted { throw failure(.duplicateName) }
      let elementCount = item.dimensions.reduce(1, *)
      if elementCount != item.elementCount {
        throw failure(.elementCount(expected: elementCount, found: item.elementCount))
      }
      let end = offset + item.elementCount * item.dataType.byteCount
      members.append(
        StrictJSON.Member(
          item.name,
          .object([
            StrictJSON.Member("dtype", .string(item.dataType.rawValue)),
            StrictJSON.Member("shape", .array(item.dimensions.map { .number($0) })),
            StrictJSON.Member("data_offsets", .array([.number(offset), .number(end)])),
          ])))
      offset = end
    }
    var header = Array(StrictJSON.object(members).text.utf8)
    header += Array(repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    if header.count > headerLimit {
      throw SafetensorsError(
        file: file, problem: .headerTooLong(byteCount: UInt64(header.count), limit: headerLimit))
    }
    return header
  }
}

#if _endian(big)
  #error("The elements of tensors are copied as they are, which needs a little-endian machine.")
#endif

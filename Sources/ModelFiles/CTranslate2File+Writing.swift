public import Tensors

extension CTranslate2File {
  /// A variable to be written.
  public enum Value: Sendable {
    case tensor(Tensor)
    /// A whole number, of 16 bits.
    case number(Int16)
    /// A whole number of 8 bits; truth values too.
    case small(Int8)

    fileprivate var typeNumber: UInt8 {
      switch self {
      case .tensor: 0
      case .small: 1
      case .number: 2
      }
    }

    fileprivate var dimensions: [Int] {
      switch self {
      case .tensor(let tensor): tensor.shape.dimensions
      case .number, .small: []
      }
    }

    fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows
      -> Result
    {
      switch self {
      case .tensor(let tensor):
        try withExtendedLifetime(tensor) {
          try body(
            UnsafeRawBufferPointer(UnsafeBufferPointer(start: tensor.pointer, count: tensor.count)))
        }
      case .number(let number): try withUnsafeBytes(of: number.littleEndian, body)
      case .small(let number): try withUnsafeBytes(of: number, body)
      }
    }
  }

  /// Writes a file of version 6, variables in the order of their names, as CTranslate2 does.
  ///
  /// - Parameter aliases: further names, with the variables they are.
  /// - Throws: `FileError`; ``CTranslate2Error`` for what the format's numbers cannot hold.
  public static func write(
    _ variables: [String: Value], aliases: [String: String] = [:],
    specification: String = "TransformerSpec", revision: Int = 7, to path: String
  ) throws {
    // All that stands before and between the elements is put together first.
    let ordered = variables.sorted { $0.key < $1.key }
    var bytes = ByteWriter(file: path)
    try bytes.word(newestVersion, "version")
    try bytes.string(specification)
    try bytes.word(revision, "revision")
    try bytes.word(ordered.count, "variables")
    let heads = try ordered.map { name, value in
      try bytes.describe(name, value)
      return bytes.take()
    }
    try bytes.word(aliases.count, "aliases")
    for (alias, name) in aliases.sorted(by: { $0.key < $1.key }) {
      try bytes.string(alias)
      try bytes.string(name)
    }
    let tail = bytes.take()
    try AtomicFile.write(to: path) { file in
      for (head, (_, value)) in zip(heads, ordered) {
        try head.withUnsafeBytes { try file.write($0) }
        try value.withBytes { try file.write($0) }
      }
      try tail.withUnsafeBytes { try file.write($0) }
    }
  }
}

/// Puts numbers and texts one after another.
private struct ByteWriter {
  let file: String
  private var bytes: [UInt8] = []

  init(file: String) { self.file = file }

  /// What there is, to go on without it.
  mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  private func tooLarge(_ name: String) -> CTranslate2Error {
    CTranslate2Error(file: file, offset: nil, problem: .tooLarge(name))
  }

  mutating func word(_ value: Int, _ name: String) throws(CTranslate2Error) {
    guard let word = UInt32(exactly: value) else { throw tooLarge(name) }
    for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }

  mutating func string(_ text: String) throws(CTranslate2Error) {
    guard let length = UInt16(exactly: text.utf8.count + 1) else { throw tooLarge(text) }
    bytes.append(UInt8(truncatingIfNeeded: length))
    bytes.append(UInt8(length >> 8))
    bytes.append(contentsOf: text.utf8)
    bytes.append(0)
  }

  /// A variable's name, dimensions, type and size in bytes.
  mutating func describe(_ name: String, _ value: CTranslate2File.Value) throws(CTranslate2Error) {
    try string(name)
    guard let rank = UInt8(exactly: value.dimensions.count) else { throw tooLarge(name) }
    bytes.append(rank)
    for dimension in value.dimensions { try word(dimension, name) }
    bytes.append(value.typeNumber)
    try word(value.withBytes { $0.count }, name)
  }
}

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
    func tooLarge(_ name: String) -> CTranslate2Error {
      CTranslate2Error(file: path, offset: nil, problem: .tooLarge(name))
    }
    func word(_ value: Int, _ name: String) throws(CTranslate2Error) -> [UInt8] {
      guard let word = UInt32(exactly: value) else { throw tooLarge(name) }
      return (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    func string(_ text: String) throws(CTranslate2Error) -> [UInt8] {
      guard let length = UInt16(exactly: text.utf8.count + 1) else { throw tooLarge(text) }
      return [UInt8(truncatingIfNeeded: length), UInt8(length >> 8)] + Array(text.utf8) + [0]
    }
    try AtomicFile.write(to: path) { file in
      func put(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try file.write($0) } }
      try put(word(newestVersion, "version") + string(specification))
      try put(word(revision, "revision") + word(variables.count, "variables"))
      for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
        guard let rank = UInt8(exactly: value.dimensions.count) else { throw tooLarge(name) }
        try put(string(name) + [rank])
        for dimension in value.dimensions { try put(word(dimension, name)) }
        try put([value.typeNumber])
        try value.withBytes {
          try put(word($0.count, name))
          try file.write($0)
        }
      }
      try put(word(aliases.count, "aliases"))
      for (alias, name) in aliases.sorted(by: { $0.key < $1.key }) {
        try put(string(alias) + string(name))
      }
    }
  }
}

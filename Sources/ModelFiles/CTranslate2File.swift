public import Tensors

/// A `model.bin` of CTranslate2, opened for reading: versions 2 to 6 of its binary format.
///
/// The whole description is checked on opening: every count against the bytes that are left, names that are UTF-8 and
/// there once, sizes that fit their dimensions, aliases of variables that exist, nothing after the end. The elements are
/// mapped, not read, until someone asks.
public struct CTranslate2File: Sendable {
  /// A tensor or a number of the file.
  public struct Variable: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// How its elements are stored.
    public let dataType: SafetensorsDataType
    /// The dimensions, outermost first; none for a single number.
    public let dimensions: [Int]
    let byteRange: Range<Int>

    /// The number of elements.
    public var elementCount: Int { byteRange.count / dataType.byteCount }
  }

  /// The newest version of the format that is read, and the one that is written.
  public static let newestVersion = 6

  /// The file.
  public let path: String
  /// The version of the format.
  public let version: Int
  /// The kind of model, such as "TransformerSpec".
  public let specification: String
  /// The revision of the kind.
  public let revision: Int
  /// The variables in the order of the file.
  public let variables: [Variable]
  /// The number of elements of all variables.
  public var elementCount: Int { variables.reduce(0) { $0 + $1.elementCount } }
  /// Further names: the variable that each is.
  public let aliases: [String: String]
  private let bytes: ByteSource
  private let places: [String: Int]

  /// Opens a file and checks its description.
  ///
  /// - Throws: `FileError` when it cannot be read, ``CTranslate2Error`` when it breaks the format.
  public init(contentsOf path: String) throws {
    try self.init(.file(MappedFile(path)), path: path)
  }

  /// The same for bytes in memory.
  ///
  /// - Parameter path: a name for messages.
  public init(bytes: [UInt8], path: String) throws {
    try self.init(.memory(bytes), path: path)
  }

  private init(_ bytes: ByteSource, path: String) throws {
    self.path = path
    self.bytes = bytes
    let description = try CTranslate2Description(bytes, file: path)
    version = description.version
    specification = description.specification
    revision = description.revision
    variables = description.variables
    aliases = description.aliases
    places = Dictionary(
      uniqueKeysWithValues: description.variables.enumerated().map { ($1.name, $0) })
  }

  /// A variable by its name or by another name it has; nil if there is none.
  public func variable(named name: String) -> Variable? {
    places[aliases[name] ?? name].map { variables[$0] }
  }

  /// The names of all variables that are no single number, further names included, without the scales of quantised ones.
  public var tensorNames: [String] {
    let tensors = variables.filter { !$0.dimensions.isEmpty }.map(\.name)
    let names =
      tensors
      + aliases.filter { variable(named: $0.value)?.dimensions.isEmpty == false }.keys.sorted()
    let known = Set(names)
    return names.filter { name in
      !(name.hasSuffix(Self.scaleSuffix)
        && known.contains(String(name.dropLast(Self.scaleSuffix.count))))
    }
  }

  private static let scaleSuffix = "_scale"

  /// A variable's elements as 32-bit floats; one that is quantised to 8 or 16 bits is divided by its scale, which is one
  /// number or one for each row.
  ///
  /// - Throws: ``CTranslate2Error/Problem/missing``, or for a scale of another shape.
  public func tensor(named name: String) throws -> Tensor {
    guard let variable = variable(named: name) else { throw failure(.missing(name)) }
    let values = try elements(variable)
    guard let scale = self.variable(named: variable.name + Self.scaleSuffix) else { return values }
    let scales = try elements(scale)
    let rows = variable.dimensions.first ?? 1
    if scales.count != 1 && scales.count != rows {
      throw failure(.scale(variable.name, expected: rows, found: scales.count))
    }
    var result = values
    let width = rows == 0 ? 0 : values.count / rows
    let pointer = result.mutablePointer
    for row in 0..<rows {
      let factor = scales.pointer[scales.count == 1 ? 0 : row]
      for column in 0..<width { pointer[row * width + column] /= factor }
    }
    return result
  }

  /// A single number, such as the number of heads; nil if there is none of this name.
  public func number(named name: String) -> Double? {
    guard let variable = variable(named: name),
      variable.byteRange.count == variable.dataType.byteCount
    else { return nil }
    return (try? elements(variable)).map { Double($0.pointer[0]) }
  }

  private func elements(_ variable: Variable) throws(FileError) -> Tensor {
    try bytes.bytes(variable.byteRange).withUnsafeBytes {
      variable.dataType.tensor($0, shape: Shape(variable.dimensions))
    }
  }

  private func failure(_ problem: CTranslate2Error.Problem) -> CTranslate2Error {
    CTranslate2Error(file: path, offset: nil, problem: problem)
  }
}

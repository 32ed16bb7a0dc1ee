public import CoreLayers

/// Where the parameters of a model stand in a file: our paths and the file's names, side by side. One table both loads
/// and saves.
///
/// A table is put together like the layers are:
/// ```swift
/// let layer = attention.nested("self_attention", in: "self_attn.")
///   + linear.nested("feed_forward.inner", in: "linear1.")
/// ```
public struct ParameterTable: Sendable, Equatable {
  /// One line of a table.
  public struct Entry: Sendable, Equatable {
    /// The path of a parameter of ours.
    public var path: String
    /// The tensor's name in the file.
    public var name: String
    /// Which part of the tensor's rows the parameter is, from 0: other libraries keep projections of one input in one
    /// matrix.
    public var part: Int
    /// Of how many parts.
    public var partCount: Int

    /// The arguments are the properties.
    public init(_ path: String, _ name: String, part: Int = 0, of partCount: Int = 1) {
      self.path = path
      self.name = name
      self.part = part
      self.partCount = partCount
    }
  }

  /// The lines. A path may stand in several: its tensor has several names, of which a file needs one.
  public private(set) var entries: [Entry]
  /// Tensors that files may have and nobody needs, such as tables that follow from the configuration.
  public private(set) var ignoredNames: Set<String>

  /// The arguments are the properties.
  public init(_ entries: [Entry], ignoring ignoredNames: Set<String> = []) {
    self.entries = entries
    self.ignoredNames = ignoredNames
  }

  /// Parameters that have the same names on both sides.
  public init(same names: [String]) {
    self.init(names.map { Entry($0, $0) })
  }

  /// Parameters of equally many rows that are one tensor in the file, first to last.
  public init(packed paths: [String], in name: String) {
    self.init(
      paths.enumerated().map { Entry($1, name, part: $0, of: paths.count) })
  }

  /// Our own names, which are the paths.
  public init(pathsOf model: some Layer) {
    self.init(same: model.parameterPaths.map(\.path))
  }

  /// The same table for a layer that is a child.
  ///
  /// - Parameters:
  ///   - path: the child's path; a dot is put behind it.
  ///   - prefix: what stands before the file's names, as it is.
  public func nested(_ path: String, in prefix: String) -> ParameterTable {
    ParameterTable(
      entries.map {
        Entry("\(path).\($0.path)", prefix + $0.name, part: $0.part, of: $0.partCount)
      }, ignoring: Set(ignoredNames.map { prefix + $0 }))
  }

  /// The same table for a file whose names all begin with a prefix.
  public func prefixed(by prefix: String) -> ParameterTable {
    ParameterTable(
      entries.map { Entry($0.path, prefix + $0.name, part: $0.part, of: $0.partCount) },
      ignoring: Set(ignoredNames.map { prefix + $0 }))
  }

  /// The same table for layers that are numbered from 0.
  ///
  /// - Parameter name: the prefix of the file's names for a number.
  public func repeated(_ count: Int, _ path: String, in name: (Int) -> String) -> ParameterTable {
    (0..<count).map { nested("\(path).\($0)", in: name($0)) }.joined()
  }

  /// The lines of both.
  public static func + (first: ParameterTable, second: ParameterTable) -> ParameterTable {
    ParameterTable(
      first.entries + second.entries, ignoring: first.ignoredNames.union(second.ignoredNames))
  }
}

extension [ParameterTable] {
  /// The lines of all.
  public func joined() -> ParameterTable { reduce(ParameterTable([]), +) }
}

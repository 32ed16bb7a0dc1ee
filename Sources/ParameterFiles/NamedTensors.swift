public import ModelFiles
public import Tensors

/// A file of tensors with names, whatever its format.
public protocol NamedTensors {
  /// The file, for messages.
  var path: String { get }
  /// The names of all tensors.
  var tensorNames: [String] { get }
  /// A tensor as 32-bit floats.
  ///
  /// - Throws: the format's error where there is none of this name, or no tensor of numbers.
  func tensor(named name: String) throws -> Tensor
}

extension SafetensorsFile: NamedTensors {
  /// The names of all tensors, in the order of their data.
  public var tensorNames: [String] { entries.map(\.name) }
}

public import Autograd
internal import Tensors

/// A part of a model that has parameters, in itself or in its children.
///
/// Layers are structs with `let` properties and a `callAsFunction`. Each lists its children by name; joined
/// with dots the names are the keys of a checkpoint (`encoder.layers.0.feed_forward.inner.weight`).
public protocol Layer {
  /// Parameters and layers in this layer, in a fixed order.
  var children: [LayerChild] { get }
}

/// A named child of a layer.
public enum LayerChild {
  case parameter(String, Parameter)
  case layer(String, any Layer)

  /// Layers under one name, numbered from 0.
  public static func layers(_ name: String, _ layers: [any Layer]) -> [LayerChild] {
    layers.enumerated().map { .layer("\(name).\($0.offset)", $0.element) }
  }
}

/// A parameter and its place in a model.
public struct NamedParameter {
  /// The names on the way to the parameter, joined with dots.
  public let path: String
  /// The parameter.
  public let parameter: Parameter
}

extension Layer {
  /// Every parameter under every name it has, in the order of the model. A parameter that is shared appears
  /// once for each place.
  public var parameterPaths: [NamedParameter] {
    children.flatMap { child -> [NamedParameter] in
      switch child {
      case .parameter(let name, let parameter):
        [NamedParameter(path: name, parameter: parameter)]
      case .layer(let name, let layer):
        layer.parameterPaths.map {
          NamedParameter(path: "\(name).\($0.path)", parameter: $0.parameter)
        }
      }
    }
  }

  /// Every parameter by each of its names.
  public var parametersByPath: [String: Parameter] {
    Dictionary(
      parameterPaths.map { ($0.path, $0.parameter) }, uniquingKeysWith: { first, _ in first })
  }

  /// Every parameter once, under the first name it has.
  public var parameters: [NamedParameter] {
    var seen: Set<ObjectIdentifier> = []
    return parameterPaths.filter { seen.insert(ObjectIdentifier($0.parameter)).inserted }
  }

  /// The number of trainable and frozen scalars, shared ones counted once.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.parameter.value.count } }
}

internal import Autograd
public import CoreLayers
public import Testing

/// Expects that a layer lists every parameter it holds: what reflection finds in its stored properties (in
/// layers, arrays, dictionaries and optionals as well) is what its `children` lead to, and no two paths are
/// equal.
public func expectChildrenComplete(
  _ layer: any Layer, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    parametersMissingFromChildren(of: layer) == [], "parameters that children does not list",
    sourceLocation: sourceLocation)
  let listed = layer.parameterPaths
  var stored: Set<ObjectIdentifier> = []
  forEachParameter(in: layer, path: "") { parameter, _ in
    stored.insert(ObjectIdentifier(parameter))
  }
  #expect(
    listed.filter { !stored.contains(ObjectIdentifier($0.parameter)) }.map(\.path) == [],
    "children lists parameters that are not stored", sourceLocation: sourceLocation)
  #expect(
    Set(listed.map(\.path)).count == listed.count, "two children have one name",
    sourceLocation: sourceLocation)
}

/// The property paths of stored parameters that `children` does not lead to.
public func parametersMissingFromChildren(of layer: any Layer) -> [String] {
  let listed = Set(layer.parameterPaths.map { ObjectIdentifier($0.parameter) })
  var missing: [String] = []
  forEachParameter(in: layer, path: "\(type(of: layer))") { parameter, path in
    if !listed.contains(ObjectIdentifier(parameter)) { missing.append(path) }
  }
  return missing
}

private func forEachParameter(
  in value: Any, path: String, _ body: (Parameter, String) -> Void
) {
  if let parameter = value as? Parameter {
    body(parameter, path)
    return
  }
  for (index, child) in Mirror(reflecting: value).children.enumerated() {
    forEachParameter(in: child.value, path: "\(path).\(child.label ?? String(index))", body)
  }
}

import Autograd
public import CoreLayers
public import Testing

/// Expects that a layer lists every parameter it holds: what reflection finds in its stored properties (in
/// layers, arrays, dictionaries and optionals as well) is what its `children` lead to, and no two paths are
/// equal.
public func expectChildrenComplete(
  _ layer: some Layer, sourceLocation: SourceLocation = #_sourceLocation
) {
  let listed = layer.parameterPaths
  let identifiers = Set(listed.map { ObjectIdentifier($0.parameter) })
  var found: Set<ObjectIdentifier> = []
  forEachParameter(in: layer, path: "\(type(of: layer))") { parameter, path in
    found.insert(ObjectIdentifier(parameter))
    if !identifiers.contains(ObjectIdentifier(parameter)) {
      Issue.record("\(path) is not among the children", sourceLocation: sourceLocation)
    }
  }
  #expect(
    found == identifiers, "children lists a parameter that is not stored",
    sourceLocation: sourceLocation)
  #expect(
    Set(listed.map(\.path)).count == listed.count, "two children have one name",
    sourceLocation: sourceLocation)
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

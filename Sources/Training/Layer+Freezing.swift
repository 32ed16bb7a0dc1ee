internal import Autograd
public import CoreLayers

extension Layer {
  /// Makes the parameters whose paths match one of the patterns stay as they are, and all others trainable.
  ///
  /// - Parameter patterns: paths, in which `*` stands for any number of any characters.
  /// - Throws: ``TrainingError/invalidConfiguration(field:expected:found:)`` for a pattern that matches nothing.
  public func freeze(_ patterns: [String]) throws {
    let paths = parameterPaths
    var frozen: [ObjectIdentifier: Bool] = [:]
    for pattern in patterns {
      let matching = paths.filter { matches(Array($0.path.utf8)[...], Array(pattern.utf8)[...]) }
      if matching.isEmpty {
        throw TrainingError.invalidConfiguration(
          field: "frozen", expected: "patterns of parameters such as \(paths.first?.path ?? "")",
          found: pattern)
      }
      for named in matching { frozen[ObjectIdentifier(named.parameter)] = true }
    }
    // A tied parameter is frozen under any of its names.
    for named in paths {
      named.parameter.isTrainable = frozen[ObjectIdentifier(named.parameter)] == nil
    }
  }
}

private func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
  guard let first = pattern.first else { return text.isEmpty }
  if first == UInt8(ascii: "*") {
    // Any number of characters, from none to all.
    return (text.startIndex...text.endIndex).contains {
      matches(text[$0...], pattern.dropFirst())
    }
  }
  return text.first == first && matches(text.dropFirst(), pattern.dropFirst())
}

extension ProfilePart {
  /// Two trees of one model laid on one another: parts of one name and kind are one.
  public static func + (a: ProfilePart, b: ProfilePart) -> ProfilePart {
    var sum = a
    sum.ownForward = a.ownForward + b.ownForward
    sum.ownBackward = a.ownBackward + b.ownBackward
    sum.children = merged(a.children + b.children)
    return sum
  }

  /// The same tree with every number times a factor: the mean of n steps is their sum times 1 / n.
  public static func * (a: ProfilePart, factor: Double) -> ProfilePart {
    var product = a
    product.ownForward = a.ownForward * factor
    product.ownBackward = a.ownBackward * factor
    product.children = a.children.map { $0 * factor }
    return product
  }

  /// The same tree without the scopes of the given names: what was in them goes one level up, where parts of one name
  /// become one. Without `encoder` and `decoder` it shows what feed-forward layers take wherever they stand.
  public func dissolving(_ names: Set<String>) -> ProfilePart {
    var result = self
    result.children = []
    for child in children.map({ $0.dissolving(names) }) {
      if child.kind == .scope && names.contains(child.name) {
        result.ownForward = result.ownForward + child.ownForward
        result.ownBackward = result.ownBackward + child.ownBackward
        result.children += child.children
      } else {
        result.children.append(child)
      }
    }
    result.children = ProfilePart.merged(result.children)
    return result
  }

  private static func merged(_ parts: [ProfilePart]) -> [ProfilePart] {
    var result: [ProfilePart] = []
    for part in parts {
      if let index = result.firstIndex(where: { $0.name == part.name && $0.kind == part.kind }) {
        result[index] = result[index] + part
      } else {
        result.append(part)
      }
    }
    return result
  }
}

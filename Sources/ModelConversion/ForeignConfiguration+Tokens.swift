internal import ModelFiles

extension ForeignConfiguration {
  /// The tokens of an object that gives each its number: every number below `count` once.
  func tokens(count: Int) throws -> [String] {
    var tokens = [String?](repeating: nil, count: count)
    for (token, value) in members.map({ ($0.key, $0.value) }) {
      guard let id = value.integer, tokens.indices.contains(id), tokens[id] == nil else {
        throw error(token, "a number of its own below \(count)")
      }
      tokens[id] = token
    }
    return try tokens.enumerated().map { id, token in
      guard let token else {
        throw error("the vocabulary", "a token with the number \(id)", found: "none")
      }
      return token
    }
  }
}

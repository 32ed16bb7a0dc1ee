/// Which source token belongs to which target token: a set of links.
public struct TokenAlignment: Sendable, Hashable {
  /// A source token and a target token, by their positions from 0.
  public struct Link: Sendable, Hashable, Comparable {
    /// The position in the source.
    public let source: Int
    /// The position in the target.
    public let target: Int

    /// A link between two positions.
    public init(_ source: Int, _ target: Int) {
      self.source = source
      self.target = target
    }

    /// By source, then by target, as the files have them.
    public static func < (a: Link, b: Link) -> Bool {
      (a.source, a.target) < (b.source, b.target)
    }
  }

  /// The links.
  public let links: Set<Link>

  /// An alignment of these links.
  public init(_ links: some Sequence<Link>) { self.links = Set(links) }

  /// The links in Pharaoh's format: `source-target` pairs, ordered, with a space between.
  public var pharaoh: String {
    links.sorted().map { "\($0.source)-\($0.target)" }.joined(separator: " ")
  }

  /// Reads a line of Pharaoh's format.
  ///
  /// - Parameter line: the number in messages, from 1.
  /// - Throws: ``AttentionMapError/notAnAlignment(line:found:)``.
  public init(pharaoh text: some StringProtocol, line: Int = 1) throws(AttentionMapError) {
    self.init(try Self.parse(text, line: line, separators: ["-"]).map(\.link))
  }

  /// The alignment between groups of tokens, such as words cut into pieces: groups are linked when any of
  /// their tokens are.
  ///
  /// - Parameters:
  ///   - source: the group of each source token; `nil`: the token is in none.
  ///   - target: the group of each target token.
  public func grouped(source: [Int?], target: [Int?]) -> TokenAlignment {
    TokenAlignment(
      links.compactMap { link in
        guard source.indices.contains(link.source), target.indices.contains(link.target),
          let a = source[link.source], let b = target[link.target]
        else { return nil }
        return Link(a, b)
      })
  }

  /// The word that each piece of words belongs to, counted from 0: a piece that ends with `@@` goes on.
  public static func words(ofPieces tokens: [String]) -> [Int] {
    var word = 0
    return tokens.map { token in
      defer { if !token.utf8.suffix(2).elementsEqual("@@".utf8) { word += 1 } }
      return word
    }
  }

  /// The links of a line with what stands between their numbers.
  static func parse(_ text: some StringProtocol, line: Int, separators: [Character])
    throws(AttentionMapError) -> [(link: Link, separator: Character)]
  {
    var links: [(link: Link, separator: Character)] = []
    for word in text.split(whereSeparator: \.isWhitespace) {
      guard let place = word.firstIndex(where: { separators.contains($0) }),
        let source = number(word[..<place]),
        let target = number(word[word.index(after: place)...])
      else { throw .notAnAlignment(line: line, found: String(word)) }
      links.append((Link(source, target), word[place]))
    }
    return links
  }

  /// Digits alone: `Int` would take a sign too.
  private static func number(_ text: some StringProtocol) -> Int? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
  }
}

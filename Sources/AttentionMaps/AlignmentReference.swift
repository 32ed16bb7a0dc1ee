/// An alignment by hand: sure links, and possible ones that do no harm.
public struct AlignmentReference: Sendable, Equatable {
  /// The links that should be found.
  public let sure: Set<TokenAlignment.Link>
  /// The links that may be found, the sure ones among them.
  public let possible: Set<TokenAlignment.Link>

  /// Every sure link is a possible one as well.
  public init(
    sure: some Sequence<TokenAlignment.Link>, possible: some Sequence<TokenAlignment.Link>
  ) {
    self.sure = Set(sure)
    self.possible = Set(possible).union(self.sure)
  }

  /// Reads a line such as `0-0 1-2 1p3`, where `p` stands in a link that is only possible.
  ///
  /// - Parameter line: the number in messages, from 1.
  /// - Throws: ``AttentionMapError/notAnAlignment(line:found:)``.
  public init(_ text: some StringProtocol, line: Int = 1) throws(AttentionMapError) {
    let links = try TokenAlignment.parse(text, line: line, separators: ["-", "p"])
    self.init(
      sure: links.filter { $0.separator == "-" }.map(\.link), possible: links.map(\.link))
  }
}

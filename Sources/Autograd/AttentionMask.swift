/// Which keys each query may look at. A mask says what it means (the future, padding, a window) and is never
/// an array of large negative numbers; only an arbitrary one is stored element by element.
///
/// A query that may look at nothing gets zeros and passes no gradient on.
public struct AttentionMask: Sendable {
  /// Keys after the query's own position are hidden. Queries are the last positions of the keys: with 3
  /// queries and 10 keys the first query sees 8 keys (aligned bottom-right, as a cache needs it).
  public var isCausal = false
  /// Keys further than this before or after the query's own position are hidden; nil: no limit.
  public var window: Int?
  /// The number of real keys of each sequence [B]; those after are padding.
  public var keyLengths: [Int]?
  /// The number of real queries of each sequence [B]; those after look at nothing.
  public var queryLengths: [Int]?
  /// Row-major [T, S] or [B, T, S]: whether a query may look at a key.
  public var allowed: [Bool]?

  /// Everything may be seen.
  public static let none = AttentionMask()
  /// Nothing after the query's own position (section 3.2.3).
  public static let causal = AttentionMask(isCausal: true)

  /// Padding at the end of sequences.
  ///
  /// - Parameters:
  ///   - keyLengths: real keys of each sequence.
  ///   - queryLengths: real queries of each sequence, or nil where all count.
  public static func padding(keyLengths: [Int], queryLengths: [Int]? = nil) -> AttentionMask {
    AttentionMask(keyLengths: keyLengths, queryLengths: queryLengths)
  }

  /// Restricted attention (section 4): only keys at most `radius` positions away.
  public static func window(_ radius: Int) -> AttentionMask { AttentionMask(window: radius) }

  /// Any pattern, row-major [T, S] for all sequences or [B, T, S].
  public static func allowing(_ allowed: [Bool]) -> AttentionMask {
    AttentionMask(allowed: allowed)
  }

  /// What both masks allow.
  public func intersection(_ other: AttentionMask) -> AttentionMask {
    func smaller(_ a: [Int]?, _ b: [Int]?) -> [Int]? {
      guard let a, let b else { return a ?? b }
      return zip(a, b).map { min($0, $1) }
    }
    var result = self
    result.isCausal = isCausal || other.isCausal
    result.window = [window, other.window].compactMap { $0 }.min()
    result.keyLengths = smaller(keyLengths, other.keyLengths)
    result.queryLengths = smaller(queryLengths, other.queryLengths)
    if let theirs = other.allowed {
      result.allowed = allowed.map { Self.both($0, theirs) } ?? theirs
    }
    return result
  }

  private static func both(_ a: [Bool], _ b: [Bool]) -> [Bool] {
    let (long, short) = a.count >= b.count ? (a, b) : (b, a)
    if short.isEmpty || long.count % short.count != 0 {
      fatalError("AttentionMask: masks of \(a.count) and \(b.count) elements do not go together")
    }
    return long.indices.map { long[$0] && short[$0 % short.count] }
  }

  /// Whether query `query` of sequence `sequence` may look at key `key`: the mask's definition, one element
  /// at a time.
  public func allows(
    sequence: Int, query: Int, key: Int, queryCount: Int, keyCount: Int
  ) -> Bool {
    let range = keyRange(
      sequence: sequence, query: query, queryCount: queryCount, keyCount: keyCount)
    guard range.contains(key) else { return false }
    guard let allowed else { return true }
    let size = queryCount * keyCount
    return allowed[(allowed.count > size ? sequence * size : 0) + query * keyCount + key]
  }

  /// The contiguous keys that a query may look at, before an arbitrary pattern is applied.
  func keyRange(sequence: Int, query: Int, queryCount: Int, keyCount: Int) -> Range<Int> {
    let keys = min(keyCount, keyLengths?[sequence] ?? keyCount)
    if let queryLengths, query >= queryLengths[sequence] { return 0..<0 }
    // The query's own position among the keys.
    let position =
      query + firstPosition(sequence: sequence, queryCount: queryCount, keyCount: keyCount)
    var first = 0
    var end = keys
    if isCausal { end = min(end, position + 1) }
    if let window {
      first = max(first, position - window)
      end = min(end, position + window + 1)
    }
    return first < end ? first..<end : 0..<0
  }

  /// The first query's own position among the keys: queries are the last positions of the keys.
  func firstPosition(sequence: Int, queryCount: Int, keyCount: Int) -> Int {
    guard let queryLengths else { return keyCount - queryCount }
    return min(keyCount, keyLengths?[sequence] ?? keyCount) - queryLengths[sequence]
  }
}

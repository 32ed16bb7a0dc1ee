/// The n-grams of a sequence and how often each occurs in it, and in others.
///
/// An n-gram is known by the number of its first n - 1 elements and the number of its last one, so that the
/// cost of counting does not grow with n.
struct NGramCounts<Element: Hashable> {
  private var unigrams: [Element: UInt32] = [:]
  /// From (number of the first n - 1 elements, number of the last) to the number of the n-gram.
  private var longer: [UInt64: UInt32] = [:]
  private let maximumOrder: Int
  /// The length of each n-gram.
  private(set) var orders: [Int] = []
  /// How often each n-gram occurs in the sequence.
  private(set) var counts: [Int] = []

  /// Counts all n-grams of 1 to `maximumOrder` elements.
  init(_ sequence: some Sequence<Element>, maximumOrder: Int) {
    self.maximumOrder = maximumOrder
    guard maximumOrder > 0 else { return }
    var elements: [UInt32] = []
    for element in sequence {
      let number = unigrams[element] ?? UInt32(counts.count)
      if number == counts.count {
        unigrams[element] = number
        add(order: 1)
      }
      counts[Int(number)] += 1
      elements.append(number)
    }
    var prefixes = elements
    for order in 1..<maximumOrder where order < elements.count {
      for start in 0..<(elements.count - order) {
        let key = Self.key(prefixes[start], elements[start + order])
        let number = longer[key] ?? UInt32(counts.count)
        if number == counts.count {
          longer[key] = number
          add(order: order + 1)
        }
        counts[Int(number)] += 1
        prefixes[start] = number
      }
    }
  }

  /// How often each of these n-grams occurs in another sequence.
  func counts(in other: some Sequence<Element>) -> [Int] {
    var result = [Int](repeating: 0, count: counts.count)
    // nil: an n-gram that this sequence does not have, nor any longer one that begins with it.
    let elements = other.map { unigrams[$0] }
    var prefixes = elements
    for element in elements { if let element { result[Int(element)] += 1 } }
    for order in 1..<max(maximumOrder, 1) where order < elements.count {
      for start in 0..<(elements.count - order) {
        guard let prefix = prefixes[start], let last = elements[start + order],
          let number = longer[Self.key(prefix, last)]
        else {
          prefixes[start] = nil
          continue
        }
        result[Int(number)] += 1
        prefixes[start] = number
      }
    }
    return result
  }

  /// For each order, from 1, how many n-grams match: each as often as in the sequence, but no more often
  /// than `limits` says.
  func matches(limitedTo limits: [Int]) -> [Int] {
    var matches = [Int](repeating: 0, count: maximumOrder)
    for (number, order) in orders.enumerated() {
      matches[order - 1] += min(counts[number], limits[number])
    }
    return matches
  }

  private mutating func add(order: Int) {
    orders.append(order)
    counts.append(0)
  }

  private static func key(_ prefix: UInt32, _ last: UInt32) -> UInt64 {
    UInt64(prefix) << 32 | UInt64(last)
  }
}

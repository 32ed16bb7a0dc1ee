import Metrics
import Testing

struct EditDistanceTests {
  /// The definition, straight from its recursion.
  static func plainDistance(_ a: ArraySlice<Int>, _ b: ArraySlice<Int>) -> Int {
    guard let x = a.last, let y = b.last else { return a.count + b.count }
    if x == y { return plainDistance(a.dropLast(), b.dropLast()) }
    return 1
      + min(
        plainDistance(a.dropLast(), b), plainDistance(a, b.dropLast()),
        plainDistance(a.dropLast(), b.dropLast()))
  }

  static func sequences(upTo length: Int) -> [[Int]] {
    (0..<length).reduce(into: [[]]) { all, _ in
      let longest = all.last?.count ?? 0
      all += all.filter { $0.count == longest }.flatMap { tail in (0..<2).map { tail + [$0] } }
    }
  }

  @Test func everyShortPairAgreesWithTheRecursion() {
    let all = Self.sequences(upTo: 4)
    #expect(all.count == 31)
    for a in all {
      for b in all {
        let distance = EditDistance(from: a, to: b)
        #expect(distance.total == Self.plainDistance(a[...], b[...]))
        #expect(distance.insertions - distance.deletions == b.count - a.count)
        #expect(distance.substitutions <= min(a.count, b.count))
        let back = EditDistance(from: b, to: a)
        #expect(back.total == distance.total)
      }
    }
  }

  @Test func kindsOfEditsAreTold() {
    func distance(_ reference: String, _ hypothesis: String) -> [Int] {
      let distance = EditDistance(from: reference, to: hypothesis)
      return [distance.insertions, distance.deletions, distance.substitutions]
    }
    #expect(distance("kitten", "sitting") == [1, 0, 2])
    #expect(distance("", "abc") == [3, 0, 0])
    #expect(distance("abc", "") == [0, 3, 0])
    #expect(distance("", "") == [0, 0, 0])
    #expect(distance("abcd", "acd") == [0, 1, 0])
  }
}

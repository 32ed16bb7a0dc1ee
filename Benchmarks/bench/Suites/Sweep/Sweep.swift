/// The sizes that the sweep suite varies, each with the values it takes.
struct Sweep: Equatable {
  /// A size that can be varied, by its letter in the package's legend of shapes.
  enum Size: String, CaseIterable {
    case n
    case d
    case h
    case B
    case layers

    /// In words.
    var meaning: String {
      switch self {
      case .n: "length n, tokens"
      case .d: "width d"
      case .h: "heads h"
      case .B: "sequences in a batch B"
      case .layers: "layers"
      }
    }
  }

  /// One combination.
  struct Point: Hashable, CustomStringConvertible {
    /// Length of source and target.
    var n = 64
    /// Width of the model; a feed-forward layer has four times as many.
    var d = 128
    /// Heads.
    var h = 4
    /// Sequences in a batch.
    var B = 8
    /// Layers of the encoder, and again of the decoder.
    var layers = 2

    /// The value of a size.
    subscript(size: Size) -> Int {
      get { self[keyPath: Self.path(of: size)] }
      set { self[keyPath: Self.path(of: size)] = newValue }
    }

    private static func path(of size: Size) -> WritableKeyPath<Point, Int> {
      switch size {
      case .n: \.n
      case .d: \.d
      case .h: \.h
      case .B: \.B
      case .layers: \.layers
      }
    }

    /// For example `n=64 d=128 h=4 B=8 layers=2`.
    var description: String {
      Size.allCases.map { "\($0.rawValue)=\(self[$0])" }.joined(separator: " ")
    }
  }

  private(set) var values: [Size: [Int]] = [:]

  var isEmpty: Bool { values.isEmpty }

  /// Adds `n=64,128,256`, or `n=64..1024`, which doubles.
  mutating func add(_ text: String) throws {
    func fail(_ reason: String) -> ArgumentError { .badSweep(found: text, reason: reason) }
    let halves = text.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false
    ).map(String.init)
    guard halves.count == 2 else { throw fail("there is no =") }
    guard let size = Size(rawValue: halves[0]) else {
      throw fail("sizes are \(Size.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let largest = 1 << 20
    func number(_ word: Substring) throws -> Int {
      guard let number = Int(word), (1...largest).contains(number) else {
        throw fail("'\(word)' is no whole number from 1 to \(largest)")
      }
      return number
    }
    let ends = halves[1].split(separator: ".", omittingEmptySubsequences: false)
    if ends.count == 3, ends[1].isEmpty {
      let (first, last) = (try number(ends[0]), try number(ends[2]))
      guard first <= last else { throw fail("\(first) is more than \(last)") }
      values[size] = Array(
        sequence(first: first) { $0 * 2 <= last ? $0 * 2 : nil })
    } else {
      values[size] = try halves[1].split(separator: ",", omittingEmptySubsequences: false)
        .map(number)
    }
  }

  /// Every combination, the size named first in the legend varying slowest.
  var points: [Point] {
    var points = [Point()]
    for size in Size.allCases {
      guard let values = values[size] else { continue }
      points = points.flatMap { point in
        values.map { value in
          var point = point
          point[size] = value
          return point
        }
      }
    }
    return points
  }
}

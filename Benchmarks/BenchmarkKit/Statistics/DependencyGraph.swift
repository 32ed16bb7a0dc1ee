/// Which results a layer over a sequence is made of, and what follows from it for parallel work and for learning: how
/// many results must wait for one another, and how far apart inputs and outputs are.
///
/// A unit is what is computed at once: a position of the layer's output, or a step of a recurrence.
public struct DependencyGraph: Codable, Hashable, Sendable {
  /// For each unit, the positions of the layer's input that it reads.
  public let inputs: [[Int]]
  /// For each unit, the units of the same layer that it reads, all before it.
  public let units: [[Int]]

  /// As many units as positions; nil when a unit reads what does not exist, or one that is not before it.
  public init?(inputs: [[Int]], units: [[Int]]) {
    guard inputs.count == units.count,
      inputs.allSatisfy({ $0.allSatisfy { inputs.indices.contains($0) } }),
      units.enumerated().allSatisfy({ unit, read in read.allSatisfy { $0 >= 0 && $0 < unit } })
    else { return nil }
    self.inputs = inputs
    self.units = units
  }

  /// The longest chain of units of one layer in which each reads the one before it: sequential operations.
  public var sequentialSteps: Int {
    var depth = [Int](repeating: 0, count: units.count)
    for unit in units.indices { depth[unit] = 1 + (units[unit].map { depth[$0] }.max() ?? 0) }
    return depth.max() ?? 0
  }

  /// The most units that lie on the shortest way from a position of the input to a position of the output, in as many
  /// such layers on top of one another as it takes. Positions that no way leads to do not count.
  public var longestPath: Int {
    let count = inputs.count
    var readers = [[Int]](repeating: [], count: count)
    var followers = readers
    for unit in 0..<count {
      for position in inputs[unit] { readers[position].append(unit) }
      for other in units[unit] { followers[other].append(unit) }
    }
    var longest = 0
    for start in 0..<count {
      var distance = [Int](repeating: 0, count: count)
      var front = readers[start]
      var length = 0
      while !front.isEmpty {
        length += 1
        let new = front.filter { distance[$0] == 0 }
        for unit in new { distance[unit] = length }
        // A result is read by units of its own layer, and by the next layer, which is like this one.
        front = Array(Set(new.flatMap { readers[$0] + followers[$0] })).filter { distance[$0] == 0 }
      }
      longest = max(longest, distance.max() ?? 0)
    }
    return longest
  }
}

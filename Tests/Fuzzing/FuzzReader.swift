import Tensors

/// A reader with valid inputs, and what may come of damaged ones: a value, or an error of the given types.
public struct FuzzReader {
  /// An input and the valid one that it was made of, by its index.
  public struct Input {
    /// Which of `seeds`.
    public let seed: Int
    /// The input.
    public let bytes: [UInt8]
  }

  /// Reads an input and makes sure that a value has the properties it must have.
  public typealias Read = (Input) throws -> Void

  /// Valid inputs.
  public let seeds: [[UInt8]]
  /// How inputs are changed.
  public let mutator: ByteMutator
  /// Whether an error is one that the reader promises.
  public let isExpected: (any Error) -> Bool
  /// Reads.
  public let read: Read

  /// The arguments are the properties.
  public init(
    seeds: [[UInt8]], mutator: ByteMutator, isExpected: @escaping (any Error) -> Bool,
    read: @escaping Read
  ) {
    self.seeds = seeds
    self.mutator = mutator
    self.isExpected = isExpected
    self.read = read
  }

  /// An input by its number. The first ones are the seeds themselves.
  public func input(_ number: Int, seed: UInt64) -> Input {
    if number < seeds.count { return Input(seed: number, bytes: seeds[number]) }
    var generator = SeededGenerator(seed: combineSeeds(seed, UInt64(number)))
    let index = generator.next(below: seeds.count)
    var bytes = seeds[index]
    mutator.mutate(&bytes, others: seeds, using: &generator)
    return Input(seed: index, bytes: bytes)
  }
}

/// A value that was read and does not have a property that it must have.
public struct BrokenLaw: Error, CustomStringConvertible {
  /// Which property, and what was found.
  public let description: String

  /// `description` says which property, and what was found.
  public init(_ description: String) { self.description = description }
}

/// Throws ``BrokenLaw`` unless a condition holds.
public func require(_ condition: Bool, _ law: @autoclosure () -> String) throws {
  if !condition { throw BrokenLaw(law()) }
}

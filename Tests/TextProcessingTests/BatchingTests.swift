import Foundation
import Testing
import TextProcessing

struct BatchingTests {
  /// Pairs whose first source token names them.
  static func pairs(_ count: Int, longest: Int = 19) -> [TokenPair] {
    var generator = SystemlessGenerator(state: 5)
    return (0..<count).map { index in
      let source = 1 + Int(generator.next() % UInt64(longest))
      let target = Int(generator.next() % UInt64(longest))
      return TokenPair(
        source: [index] + Array(repeating: 4, count: source - 1),
        target: Array(repeating: 5, count: target))
    }
  }

  struct SystemlessGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
  }

  @Test(
    arguments: [(211, 97, 7), (211, 23, nil), (1, 23, nil), (0, 23, nil)] as [(Int, Int, Int?)])
  func everyPairComesOnceWithinTheBudget(_ count: Int, _ budget: Int, _ limit: Int?) throws {
    let pairs = Self.pairs(count)
    let batches = try LengthBucketedBatches(
      pairs, tokenBudget: budget, pairLimit: limit, seed: 11)
    for epoch in 0..<3 {
      let all = batches.batches(epoch: epoch)
      #expect(all.flatMap(\.indices).sorted() == Array(0..<count))
      for batch in all {
        #expect(batch.count >= 1 && batch.count <= limit ?? .max)
        #expect(batch.size.sourcePlaces <= budget)
        #expect(batch.size.targetPlaces <= budget)
        #expect(batch.sources == batch.indices.map { pairs[$0].source })
        #expect(batch.targets == batch.indices.map { pairs[$0].target })
      }
    }
  }

  @Test func theBudgetIsUsed() throws {
    let pairs = Array(repeating: TokenPair(source: [4, 4, 4], target: [5]), count: 20)
    let batches = try LengthBucketedBatches(pairs, tokenBudget: 15, seed: 0)
    #expect(batches.batches(epoch: 0).map(\.count) == [5, 5, 5, 5])
  }

  @Test func epochsDifferAndSeedsRepeat() throws {
    let pairs = Self.pairs(101)
    let batches = try LengthBucketedBatches(pairs, tokenBudget: 61, seed: 1)
    let again = try LengthBucketedBatches(pairs, tokenBudget: 61, seed: 1)
    let other = try LengthBucketedBatches(pairs, tokenBudget: 61, seed: 2)
    #expect(batches.batchIndices(epoch: 3) == again.batchIndices(epoch: 3))
    #expect(batches.batchIndices(epoch: 3) != batches.batchIndices(epoch: 4))
    #expect(batches.batchIndices(epoch: 3) != other.batchIndices(epoch: 3))
    // Not only the order of the batches changes, their members do too.
    func members(_ epoch: Int) -> Set<Set<Int>> {
      Set(batches.batchIndices(epoch: epoch).map { Set($0) })
    }
    #expect(members(3) != members(4))
  }

  @Test func resumingFromAnyPositionGivesTheSameBatches() throws {
    let batches = try LengthBucketedBatches(Self.pairs(41), tokenBudget: 37, seed: 9)
    var stream = try batches.stream()
    var positions: [BatchPosition] = []
    var seen: [PairBatch] = []
    for _ in 0..<(stream.batchCount * 2 + 3) {
      positions.append(stream.position)
      let batch = stream.next()
      seen.append(try #require(batch))
    }
    #expect(positions.last?.epoch == 2)
    for (index, position) in positions.enumerated() {
      let saved = try JSONEncoder().encode(position)
      let restored = try JSONDecoder().decode(BatchPosition.self, from: saved)
      let resumed = try batches.stream(from: restored)
      #expect(Array(resumed.prefix(seen.count - index)) == Array(seen[index...]))
    }
  }

  @Test func positionsOfOtherDataAreRefused() throws {
    let batches = try LengthBucketedBatches(Self.pairs(41), tokenBudget: 37, seed: 9)
    for position in [
      BatchPosition(epoch: 0, batchIndex: 1000), BatchPosition(epoch: -1),
      BatchPosition(epoch: 2, batchIndex: -1),
    ] {
      #expect(throws: BatchingError.self) { try batches.stream(from: position) }
    }
    var empty = try LengthBucketedBatches([], tokenBudget: 37, seed: 9).stream()
    #expect(empty.next() == nil)
  }

  @Test func longPairsAreLeftOutOrRefused() throws {
    let pairs = [
      TokenPair(source: [4, 4, 4], target: [5]), TokenPair(source: [4], target: [5, 5, 5]),
      TokenPair(source: [4, 4, 4, 4], target: []), TokenPair(source: [], target: [5, 5]),
    ]
    // A target of 3 has 4 tokens with its end.
    let batches = try LengthBucketedBatches(pairs, tokenBudget: 100, lengthLimit: 3, seed: 0)
    #expect(batches.longPairCount == 2)
    #expect(batches.batches(epoch: 0).flatMap(\.indices).sorted() == [0, 3])
    // No batch may break the budget, so the budget is a limit of lengths too.
    #expect(try LengthBucketedBatches(pairs, tokenBudget: 3, seed: 0).longPairCount == 2)
    #expect(
      throws: BatchingError.pairTooLong(index: 1, sourceLength: 1, targetLength: 4, limit: 3)
    ) {
      try LengthBucketedBatches(
        pairs, tokenBudget: 100, lengthLimit: 3, longPairs: .refuse, seed: 0)
    }
  }

  @Test func paddingIsCounted() throws {
    let pairs = [
      TokenPair(source: [4, 4, 4], target: [5]), TokenPair(source: [4], target: [5, 5, 5]),
    ]
    let size = try LengthBucketedBatches(pairs, tokenBudget: 8, seed: 0).size(epoch: 0)
    #expect((size.sourceTokens, size.targetTokens) == (4, 6))
    #expect((size.sourcePlaces, size.targetPlaces) == (6, 8))
    #expect(abs(size.paddingShare - 4.0 / 14) < 1e-12)
  }

  /// Targets get shorter, then longer, so that a batch with two lengths of sources has one of targets.
  @Test func targetsDoNotJumpWhereSourcesGetLonger() throws {
    let pairs = [(1, 9), (1, 9), (1, 1), (2, 1), (2, 9)].map {
      TokenPair(
        source: Array(repeating: 4, count: $0.0), target: Array(repeating: 5, count: $0.1))
    }
    let batches = try LengthBucketedBatches(pairs, tokenBudget: 99, pairLimit: 2, seed: 0)
    #expect(
      Set(batches.batches(epoch: 0).map { $0.targets.map(\.count) }) == [[9, 9], [1, 1], [9]])
  }

  @Test func bucketsKeepPaddingLow() throws {
    let pairs = Self.pairs(2003)
    let narrow = try LengthBucketedBatches(pairs, tokenBudget: 200, seed: 0).size(epoch: 0)
    let wide = try LengthBucketedBatches(pairs, tokenBudget: 200, bucketWidth: 1000, seed: 0)
      .size(epoch: 0)
    #expect(narrow.sourceTokens == wide.sourceTokens)
    #expect(narrow.paddingShare < 0.1)
    #expect(wide.paddingShare > 0.3)
  }
}

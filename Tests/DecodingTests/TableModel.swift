import AttentionKit
import Kernels

/// A model whose logits are a function of the source and of all target tokens so far, computed alike whatever
/// else is in the batch.
struct TableModel: SequenceModel {
  let vocabularySize: Int
  var maximumLength: Int?
  /// Logits [V] for a source and a target that begins with the start token.
  let table: @Sendable (_ source: [Int], _ target: [Int]) -> [Float]
  /// How often the model was asked, and for how many hypotheses in all.
  let counter = Counter()

  final class Counter: Sendable {
    private let counts = LockedValue((steps: 0, rows: 0))
    var steps: Int { counts.withLock { $0.steps } }
    var rows: Int { counts.withLock { $0.rows } }
    func add(rows: Int) { counts.withLock { $0 = ($0.steps + 1, $0.rows + rows) } }
  }

  init(
    vocabularySize: Int, maximumLength: Int? = nil,
    table: @escaping @Sendable (_ source: [Int], _ target: [Int]) -> [Float]
  ) {
    self.vocabularySize = vocabularySize
    self.maximumLength = maximumLength
    self.table = table
  }

  /// Independent normal logits for each source and target.
  static func random(vocabularySize: Int, seed: UInt64, deviation: Float = 1.5) -> TableModel {
    TableModel(vocabularySize: vocabularySize) { source, target in
      var hash = combineSeeds(seed, UInt64(source.count))
      for token in source + [-1] + target {
        hash = combineSeeds(hash, UInt64(bitPattern: Int64(token)))
      }
      var generator = SeededGenerator(seed: hash)
      return (0..<vocabularySize).map { _ in deviation * generator.nextNormal() }
    }
  }

  /// The same logits after every target.
  static func constant(_ logits: [Float]) -> TableModel {
    TableModel(vocabularySize: logits.count) { _, _ in logits }
  }

  struct State: DecoderState {
    var sources: [[Int]]
    var targets: [[Int]]
    var count: Int { sources.count }

    mutating func select(rows: [Int]) {
      sources = rows.map { sources[$0] }
      targets = rows.map { targets[$0] }
    }
  }

  var children: [LayerChild] { [] }
  var sourceVocabularySize: Int { vocabularySize }
  var targetVocabularySize: Int { vocabularySize }

  func encode(_ source: TokenBatch, in context: ForwardContext) throws -> [[Int]] {
    (0..<source.count).map { source[$0] }
  }

  func startState(_ memory: [[Int]]) -> State {
    State(sources: memory, targets: memory.map { _ in [] })
  }

  func step(_ tokens: [Int], _ state: inout State) throws -> Tensor {
    precondition(tokens.count == state.count && !tokens.isEmpty)
    counter.add(rows: tokens.count)
    for (row, token) in tokens.enumerated() { state.targets[row].append(token) }
    return Tensor(
      zip(state.sources, state.targets).flatMap(table), shape: [tokens.count, vocabularySize])
  }

  func logits(_ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext) throws
    -> Variable
  {
    let values = (0..<source.count).flatMap { row -> [Float] in
      let target = decoderInput[row]
      let real = target.indices.flatMap { table(source[row], Array(target[...$0])) }
      let padding = decoderInput.maximumLength - target.count
      return real + Array(repeating: .nan, count: padding * vocabularySize)
    }
    return Variable(
      Tensor(values, shape: [source.count, decoderInput.maximumLength, vocabularySize]))
  }

  func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss {
    let loss = crossEntropy(
      try logits(batch.source, batch.decoderInput, in: context), expected: batch.expected,
      normalizer: normalizer)
    return TrainingLoss(
      objective: loss, negativeLogLikelihood: Double(loss.value.scalar * normalizer),
      tokenCount: batch.targetTokenCount)
  }
}

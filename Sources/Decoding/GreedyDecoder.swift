internal import Autograd
import Foundation
public import SequenceModels
internal import Tensors

/// Takes the most probable token at each step.
///
/// Works on any ``SequenceModel``: the source is read once, each step reads one token for each unfinished
/// sentence, and finished sentences leave the batch.
public struct GreedyDecoder: Sendable {
  /// The token every target starts with and the one it ends with.
  public let start: Int
  /// The token that ends a target.
  public let end: Int
  /// How many tokens an output may have, the end token not counted, for a source of the given length.
  public let maximumLength: @Sendable (Int) -> Int

  /// - Parameter maximumLength: by default the source's length + 50 (section 6.1).
  public init(
    start: Int, end: Int, maximumLength: @escaping @Sendable (Int) -> Int = { $0 + 50 }
  ) {
    self.start = start
    self.end = end
    self.maximumLength = maximumLength
  }

  /// An output and how probable the model holds it.
  public struct Output: Sendable, Equatable {
    /// Without start and end tokens.
    public var tokens: [Int] = []
    /// log p of each token, and of the end token if it came.
    public var logProbabilities: [Float] = []
    /// Whether the end token came before the limit.
    public var isFinished = false

    /// Nothing yet.
    public init() {}

    /// The logarithm of the output's probability.
    public var score: Float { logProbabilities.reduce(0, +) }
  }

  /// The outputs for a batch of sources, in the same order. A source without tokens gives no tokens.
  public func decode<Model: SequenceModel>(_ sources: [[Int]], with model: Model) throws
    -> [Output]
  {
    var outputs = Array(repeating: Output(), count: sources.count)
    var active = sources.indices.filter { !sources[$0].isEmpty }
    if active.isEmpty { return outputs }
    let memory = try model.encode(
      TokenBatch(active.map { sources[$0] }), in: .inference())
    var state = model.startState(memory)
    var tokens = active.map { _ in start }
    // The model reads the start token and all outputs but the last.
    let limits = sources.map { min(maximumLength($0.count), model.maximumLength ?? .max) }

    while !active.isEmpty {
      let logits = try model.step(tokens, &state)
      var kept: [Int] = []
      var next: [Int] = []
      for (row, sentence) in active.enumerated() {
        let best = mostProbable(logits, row: row)
        outputs[sentence].logProbabilities.append(best.logProbability)
        if best.token == end {
          outputs[sentence].isFinished = true
          continue
        }
        outputs[sentence].tokens.append(best.token)
        if outputs[sentence].tokens.count < limits[sentence] {
          kept.append(row)
          next.append(best.token)
        }
      }
      if kept.count < active.count {
        state.select(rows: kept)
        active = kept.map { active[$0] }
      }
      tokens = next
    }
    return outputs
  }
}

/// The largest logit of a row (the first of equals) and its log-probability.
func mostProbable(_ logits: Tensor, row: Int) -> (token: Int, logProbability: Float) {
  let width = logits.shape.last
  let values = UnsafeBufferPointer(start: logits.pointer + row * width, count: width)
  var best = 0
  for index in values.indices where values[index] > values[best] { best = index }
  let top = values[best]
  let sum = values.reduce(0.0) { $0 + Double(exp($1 - top)) }
  return (best, -Float(log(sum)))
}

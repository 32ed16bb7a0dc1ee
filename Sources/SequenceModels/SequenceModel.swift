public import Autograd
public import CoreLayers
public import Tensors

/// What every sequence-to-sequence model promises, a Transformer and a recurrent one alike. Training, search
/// and the benchmark are written once over this protocol.
public protocol SequenceModel: Layer {
  /// What the encoder made of the source.
  associatedtype Memory
  /// What the decoder remembers between steps, for a batch of hypotheses.
  associatedtype State: DecoderState

  /// The number of tokens that sources may use, and that targets may use.
  var sourceVocabularySize: Int { get }
  var targetVocabularySize: Int { get }
  /// The longest source and target sequence (start and end tokens counted) the model can take; `nil`: any.
  var maximumLength: Int? { get }

  /// Reads the source sequences. Once per sentence, however long the output.
  func encode(_ source: TokenBatch, in context: ForwardContext) throws -> Memory

  /// The decoder before its first step, one hypothesis for each source sequence.
  func startState(_ memory: Memory) -> State

  /// One step for each hypothesis: reads the tokens [B] and gives the logits of the next ones, [B, V].
  func step(_ tokens: [Int], _ state: inout State) throws -> Tensor

  /// All positions at once, the decoder reading the given target prefixes (teacher forcing): the logits
  /// [B, T, V].
  func logits(_ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext) throws
    -> Variable

  /// The training loss of a batch, without ever holding all of its logits.
  ///
  /// - Parameters:
  ///   - labelSmoothing: the share of the target distribution spread over the vocabulary (section 5.4).
  ///   - normalizer: what the sum over tokens is divided by, usually the number of real target tokens of
  ///     the whole (unsplit) batch.
  func loss(
    _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float, in context: ForwardContext
  ) throws -> TrainingLoss
}

/// The loss of one batch.
public struct TrainingLoss {
  /// Σ smoothed cross-entropy / normaliser: the scalar to walk back from.
  public let objective: Variable
  /// Σ -log p(expected token), not smoothed, in nats: the exponential of its mean is the perplexity.
  public let negativeLogLikelihood: Double
  /// The number of real target tokens.
  public let tokenCount: Int
  /// The arguments are the properties.
  public init(objective: Variable, negativeLogLikelihood: Double, tokenCount: Int) {
    self.objective = objective
    self.negativeLogLikelihood = negativeLogLikelihood
    self.tokenCount = tokenCount
  }
}

/// The memory of a decoder for a batch of hypotheses.
public protocol DecoderState {
  /// The number of hypotheses.
  var count: Int { get }
  /// Keeps the given hypotheses in the given order; one may be dropped or appear several times. Search
  /// drops finished sequences and reorders beams with it.
  mutating func select(rows: [Int])
}

public import Kernels
public import Tensors

/// What a forward pass needs to know beyond its input: whether gradients will be asked for, and where the
/// randomness of dropout comes from.
///
/// A context is for one pass. There are no global switches: a layer trains or infers because of the context
/// that it is called in.
public final class ForwardContext {
  private let tape: Tape?
  private let dropoutSeed: UInt64?
  private var randomSites: UInt64 = 0
  /// The number of the update in training; 0 elsewhere.
  public let step: Int
  /// α of R-Drop (Liang et al. 2021): above 0, the second half of the batch is the first once more, and the loss
  /// has α times how far the distributions of both are apart; see
  /// ``projectedCrossEntropy(_:weight:bias:expected:labelSmoothing:normalizer:consistencyWeight:)``.
  public let consistencyWeight: Float
  /// The logarithms of the probabilities of what was drawn at random in this pass, [B] each; see
  /// ``reinforcement(costs:baselines:)``.
  public private(set) var choices: [Variable] = []
  /// Where attention layers write their weights down, if someone wants them.
  public let attentionRecord: AttentionRecord?
  private let cursor: ProfileCursor?
  private let check: FiniteCheck?

  private init(
    recordsGradients: Bool, dropoutSeed: UInt64?, step: Int = 0, consistencyWeight: Float = 0,
    attentionRecord: AttentionRecord? = nil, precision: ProductPrecision = .float32,
    profile: OperationProfile? = nil, check: FiniteCheck? = nil
  ) {
    cursor = profile.map(ProfileCursor.init)
    self.check = check
    tape = recordsGradients ? Tape(cursor, check: check, precision: precision) : nil
    self.dropoutSeed = dropoutSeed
    self.step = step
    self.consistencyWeight = consistencyWeight
    self.attentionRecord = attentionRecord
  }

  /// No tape, no dropout.
  ///
  /// - Parameter profile: where the time that scopes take is written down, if someone wants it.
  public static func inference(profile: OperationProfile? = nil) -> ForwardContext {
    ForwardContext(recordsGradients: false, dropoutSeed: nil, profile: profile)
  }

  /// No tape, no dropout; attention layers write their weights down.
  public static func inference(recording record: AttentionRecord) -> ForwardContext {
    ForwardContext(recordsGradients: false, dropoutSeed: nil, attentionRecord: record)
  }

  /// A tape and dropout. A dropout mask depends on the seed, the step, the part of the batch and the place
  /// in the model, and on nothing else.
  ///
  /// - Parameters:
  ///   - step: the number of the update, so that each has masks of its own.
  ///   - part: the number of the part when a batch is split for gradient accumulation.
  ///   - consistencyWeight: see ``consistencyWeight``; 0: the batch is an ordinary one.
  ///   - precision: of the factors of large products, on the way there and back; parameters, their gradients and
  ///     everything else stay in float32.
  ///   - profile: where it is written down what takes how long, if someone wants it.
  ///   - check: looks for values that are not finite, if someone wants it.
  public static func training(
    seed: UInt64, step: Int = 0, part: Int = 0, consistencyWeight: Float = 0,
    precision: ProductPrecision = .float32, profile: OperationProfile? = nil,
    check: FiniteCheck? = nil
  ) -> ForwardContext {
    ForwardContext(
      recordsGradients: true,
      dropoutSeed: combineSeeds(
        seed, UInt64(truncatingIfNeeded: step), UInt64(truncatingIfNeeded: part)), step: step,
      consistencyWeight: consistencyWeight, precision: precision, profile: profile, check: check)
  }

  /// A tape without dropout: gradients of the function that inference computes.
  ///
  /// - Parameters:
  ///   - precision: of the factors of large products, as in training.
  ///   - profile: where it is written down what takes how long, if someone wants it.
  ///   - check: looks for values that are not finite, if someone wants it.
  public static func differentiating(
    precision: ProductPrecision = .float32, profile: OperationProfile? = nil,
    check: FiniteCheck? = nil
  ) -> ForwardContext {
    ForwardContext(
      recordsGradients: true, dropoutSeed: nil, precision: precision, profile: profile,
      check: check)
  }

  /// Whether gradients will be asked for.
  public var recordsGradients: Bool { tape != nil }

  /// Whether dropout takes place.
  public var isTraining: Bool { dropoutSeed != nil }

  /// Runs `body`, the part of a pass that a profile or a check shows under this name, inside the scope that it is called
  /// in. Where there is neither, it runs `body` and nothing else.
  public func inScope<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    if cursor == nil && check == nil { return try body() }
    cursor?.enter(name)
    check?.enter(name)
    defer {
      cursor?.leave()
      check?.leave()
    }
    return try body()
  }

  /// The variable that stands for a parameter in this pass.
  public func variable(_ parameter: Parameter) -> Variable {
    check?.meet(parameter)
    guard let tape, parameter.isTrainable else { return Variable(parameter.value) }
    return tape.variable(for: parameter)
  }

  /// An input whose gradient can be asked for afterwards.
  public func input(_ value: Tensor) -> Variable { tape?.leaf(value) ?? Variable(value) }

  /// The mask for the next place in the model that drops out with this rate.
  ///
  /// Called once per dropout site and pass, in the order of the forward pass, also where nothing is dropped,
  /// so that the sites after it do not depend on it.
  public func nextDropout(rate: Float) -> DropoutMask {
    // Written so that NaN is refused as well.
    if !(rate >= 0 && rate < 1) {
      fatalError("dropout: expected a rate of at least 0 and less than 1, found \(rate)")
    }
    return nextSeed().map { DropoutMask(key: $0, rate: rate) } ?? .none
  }

  /// A seed for the next place in the model that takes a decision at random in training, on the terms of
  /// ``nextDropout(rate:)``; nil elsewhere.
  public func nextSeed() -> UInt64? {
    guard let dropoutSeed else { return nil }
    randomSites += 1
    return combineSeeds(dropoutSeed, randomSites)
  }

  /// Remembers the logarithm of the probability of each sequence's choices, [B].
  public func record(choice logProbability: Variable) { choices.append(logProbability) }

  /// The gradients of a scalar, of every parameter and input it depends on.
  ///
  /// - Parameters:
  ///   - loss: the end of the pass; one element, unless `gradient` is given.
  ///   - gradient: the gradient to start from instead of 1, in the shape of `loss`.
  ///   - accumulated: gradients of earlier passes to add to; they move into the result.
  public func backward(
    from loss: Variable, gradient: Tensor? = nil, addingTo accumulated: Gradients? = nil
  ) -> Gradients {
    guard let tape else {
      fatalError("backward: this context has no tape; use training or differentiating")
    }
    if loss.tape !== tape {
      fatalError("backward: the variable depends on no parameter or input of this context")
    }
    if gradient == nil && loss.value.count != 1 {
      stopOnShapes("backward", "a variable of one element, or a gradient to start from", loss.shape)
    }
    return tape.backward(
      from: loss, gradient: gradient ?? Tensor(repeating: 1, shape: loss.shape), into: accumulated)
  }
}

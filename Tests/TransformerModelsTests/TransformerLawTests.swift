import AttentionKit
import Kernels
import TestSupport
import Testing

/// What must hold for every Transformer, whatever its weights.
@Suite struct TransformerLawTests {
  @Test(arguments: variants + familyVariants)
  func futureTokensCannotBeSeen(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let source = TokenBatch(randomSentences([7], seed: 1))
    let target = randomSentences([11], seed: 2)[0]
    func logits(_ target: [Int]) throws -> [Float] {
      try model.logits(source, TokenBatch([target]), in: .inference()).value.scalars
    }
    let before = try logits(target)
    for position in [10, 6, 1] {
      var changed = target
      changed[position] = changed[position] == 3 ? 4 : 3
      let after = try logits(changed)
      #expect(Array(after[..<(position * 23)]) == Array(before[..<(position * 23)]))
      #expect(after[(position * 23)...] != before[(position * 23)...])
    }
  }

  @Test(arguments: variants + familyVariants)
  func paddingCannotBeSeen(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let lengths = [5, 11, 1, 8]
    func run(padding: Int) throws -> (logits: Tensor, loss: Tensor, gradients: Gradients) {
      let batch = randomBatch([7, 3, 9, 1], lengths, padding: padding)
      let logits = try model.logits(batch.source, batch.decoderInput, in: .inference()).value
      let result = try model.lossAndGradients(batch)
      return (realRows(logits, batch.decoderInput.lengths), result.loss, result.gradients)
    }
    let zeros = try run(padding: 0)
    let others = try run(padding: 17)
    expectSameBits(others.logits, zeros.logits, "logits")
    expectSameBits(others.loss, zeros.loss, "loss")
    for item in model.parameters {
      expectSameBits(
        try #require(others.gradients[item.parameter]),
        try #require(zeros.gradients[item.parameter]), item.path)
    }
  }

  /// The padding token's embedding is NaN: it stands at every padded position of every layer.
  @Test(arguments: NormPlacement.allCases)
  func notEvenNaNGetsOutOfPadding(_ placement: NormPlacement) throws {
    let model = try randomModel(
      smallConfiguration {
        $0.tying = .none
        $0.normPlacement = placement
      })
    let batch = randomBatch([7, 3, 9, 1], [5, 11, 1, 8])
    func run() throws -> (Tensor, Double) {
      let logits = try model.logits(batch.source, batch.decoderInput, in: .inference()).value
      let loss = try model.loss(
        batch, labelSmoothing: 0.1, normalizer: 1, in: .inference())
      #expect(!loss.objective.value.scalar.isNaN)
      return (realRows(logits, batch.decoderInput.lengths), loss.negativeLogLikelihood)
    }
    let clean = try run()
    for embedding in [model.sourceEmbedding, model.targetEmbedding] {
      for column in 0..<10 { embedding.weight.value[0, column] = .nan }
    }
    let dirty = try run()
    expectSameBits(dirty.0, clean.0)
    #expect(dirty.1 == clean.1)
  }

  @Test(arguments: variants + familyVariants)
  func aSentenceDoesNotDependOnItsBatch(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let sources = randomSentences([3, 13, 1, 7], seed: 1)
    let targets = randomSentences([5, 2, 17, 1], seed: 2)
    let together = try model.logits(TokenBatch(sources), TokenBatch(targets), in: .inference())
      .value
    for row in 0..<4 {
      let alone = try model.logits(
        TokenBatch([sources[row]]), TokenBatch([targets[row]]), in: .inference()
      ).value
      let count = targets[row].count
      let part = Tensor(
        Array(together.scalars[row * 17 * 23..<(row * 17 + count) * 23]), shape: [1, count, 23])
      expectClose(alone, part, relative: 1e-5, "sentence \(row)")
    }
  }

  @Test(arguments: variants + familyVariants)
  func stepsEqualTheFullPass(_ configuration: TransformerConfiguration) throws {
    let model = try randomModel(configuration)
    let source = TokenBatch(randomSentences([7, 1, 11], seed: 1))
    let targets = randomSentences([19, 19, 19], seed: 2)
    let whole = try model.logits(source, TokenBatch(targets), in: .inference()).value
    var state = model.startState(try model.encode(source, in: .inference()))
    #expect(state.count == 3)
    for position in 0..<19 {
      let step = try model.step(targets.map { $0[position] }, &state)
      #expect(step.shape == [3, 23])
      let expected = Variable(whole).slice(axis: 1, position..<position + 1).value
      expectClose(step.reshaped([3, 1, 23]), expected, relative: 1e-5, "position \(position)")
    }
  }

  /// Hypotheses that are dropped, doubled and reordered go on as if they had always been so.
  @Test func selectedRowsGoOnAsTheyWould() throws {
    let model = try randomModel(smallConfiguration())
    let sources = randomSentences([7, 1, 11], seed: 1)
    let targets = randomSentences([9, 9, 9], seed: 2)
    let rows = [2, 0, 2, 0]
    var state = model.startState(try model.encode(TokenBatch(sources), in: .inference()))
    for position in 0..<4 { _ = try model.step(targets.map { $0[position] }, &state) }
    state.select(rows: rows)
    #expect(state.count == 4)
    // From here on equal hypotheses read different tokens.
    let continued = rows.enumerated().map { index, row in
      Array(targets[row][..<4]) + randomSentences([5], seed: UInt64(10 + index))[0]
    }
    let whole = try model.logits(
      TokenBatch(rows.map { sources[$0] }), TokenBatch(continued), in: .inference()
    ).value
    // Hypotheses of one sentence change places, as in a beam.
    let swapped = [2, 3, 0, 1]
    for position in 4..<9 {
      if position == 6 { state.select(rows: swapped) }
      let order = position < 6 ? [0, 1, 2, 3] : swapped
      let step = try model.step(order.map { continued[$0][position] }, &state)
      let expected = Variable(whole).slice(axis: 1, position..<position + 1).gatherRows(order)
      expectClose(step.reshaped([4, 1, 23]), expected.value, relative: 1e-5)
    }
    state.select(rows: [])
    #expect(state.count == 0)
  }

  @Test func gradientsDoNotDependOnHowABatchIsSplit() throws {
    let model = try randomModel(smallConfiguration())
    let sources = randomSentences([7, 3, 9, 1, 5], seed: 1)
    let targets = randomSentences([5, 11, 0, 8, 2], seed: 2)
    func part(_ rows: [Int]) -> TrainingBatch {
      TrainingBatch(
        sources: rows.map { sources[$0] }, targets: rows.map { targets[$0] }, start: 1, end: 2)
    }
    let whole = part([0, 1, 2, 3, 4])
    let expected = try model.lossAndGradients(whole)
    var gradients: Gradients?
    var loss: Float = 0
    for rows in [[3], [1, 4], [2, 0]] {
      let result = try model.lossAndGradients(
        part(rows), normalizer: whole.targetTokenCount, addingTo: gradients)
      gradients = result.gradients
      loss += result.loss.scalar
    }
    #expect(abs(loss - expected.loss.scalar) < 1e-5)
    for item in model.parameters {
      expectClose(
        try #require(gradients?[item.parameter]), try #require(expected.gradients[item.parameter]),
        absolute: 1e-6, relative: 2e-5, item.path)
    }
  }

  @Test func sameSeedSameBitsForAnyNumberOfThreads() throws {
    let batch = randomBatch([7, 30, 9], [5, 11, 37])
    func run(_ threads: Int) throws -> [Tensor] {
      ThreadPool.threadCount = threads
      let model = try Transformer(
        smallConfiguration { $0.attentionDropoutRate = 0.1 }, seed: 11)
      let result = try model.lossAndGradients(batch, context: .training(seed: 13, step: 17))
      return [result.loss]
        + (try model.parameters.map { try #require(result.gradients[$0.parameter]) })
    }
    let count = ThreadPool.threadCount
    defer { ThreadPool.threadCount = count }
    let expected = try run(1)
    for threads in [1, 2, 3] {
      for (tensor, single) in zip(try run(threads), expected) {
        expectSameBits(tensor, single, "\(threads) threads")
      }
    }
  }

  /// Memory comes from the pool: a step takes what the step before gave back. In a process of its own, because
  /// the pool is one for all tests.
  @Test func stepsReuseTheMemoryOfTheLast() async {
    await #expect(processExitsWith: .success) {
      let model = try randomModel(smallConfiguration())
      let batch = randomBatch([7, 30, 9], [5, 11, 37])
      func step(_ number: Int) throws {
        _ = try model.lossAndGradients(batch, context: .training(seed: 1, step: number))
      }
      // One thread, so that how much is in use at a time does not depend on luck.
      ThreadPool.threadCount = 1
      for number in 0..<2 { try step(number) }
      let before = BufferPool.statistics
      for number in 2..<5 { try step(number) }
      #expect(BufferPool.statistics.systemAllocations == before.systemAllocations)
      #expect(BufferPool.statistics.usedBytes == before.usedBytes)
      #expect(before.systemAllocations > 0)
    }
  }

  @Test func dropoutActsInTrainingOnly() throws {
    let model = try randomModel(smallConfiguration { $0.dropoutRate = 0.3 })
    let batch = randomBatch([7, 3], [5, 9])
    func loss(_ context: ForwardContext) throws -> Float {
      try model.loss(batch, labelSmoothing: 0, normalizer: 16, in: context).objective.value.scalar
    }
    let inference = try loss(.inference())
    #expect(try loss(.differentiating()) == inference)
    let trained = try loss(.training(seed: 1))
    #expect(trained != inference)
    #expect(try loss(.training(seed: 1)) == trained)
    #expect(try loss(.training(seed: 2)) != trained)
    #expect(try loss(.training(seed: 1, step: 1)) != trained)
    #expect(try loss(.training(seed: 1, part: 1)) != trained)
  }

  /// The masks are the same forward and backward at every site, so gradients are those of the function that
  /// the seed chose.
  @Test(arguments: variants)
  func gradientsWithDropoutMatchDerivatives(_ configuration: TransformerConfiguration) throws {
    var configuration = configuration
    configuration.dropoutRate = 0.2
    configuration.attentionDropoutRate = 0.2
    configuration.activationDropoutRate = 0.2
    // A kink would spoil the numeric derivative.
    configuration.activation = .silu
    let model = try randomModel(configuration)
    let batch = randomBatch([5, 3], [2, 4])
    func loss(_ context: ForwardContext) throws -> TrainingLoss {
      try model.loss(batch, labelSmoothing: 0.1, normalizer: 8, in: context)
    }
    let context = ForwardContext.training(seed: 3)
    let gradients = context.backward(from: try loss(context).objective)
    var generator = SeededGenerator(seed: 4)
    for item in model.parameters {
      let value = item.parameter.value
      // Along a random direction, all of a parameter's gradient at once.
      let direction = Tensor.normal(value.shape, using: &generator)
      let gradient = try #require(gradients[item.parameter])
      let expected = zip(gradient.scalars, direction.scalars)
        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
      func at(_ steps: Float) throws -> Double {
        var moved = value
        let pointer = moved.mutablePointer
        for index in 0..<moved.count {
          pointer[index] += steps * 0.005 * direction.pointer[index]
        }
        item.parameter.value = moved
        defer { item.parameter.value = value }
        return Double(try loss(.training(seed: 3)).objective.value.scalar)
      }
      let numeric = (try 8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 0.06
      #expect(abs(numeric - expected) < 0.01 * max(abs(expected), 0.05), "\(item.path)")
    }
  }

  /// The model of fused operations against the one of small ones, with dropout at every site.
  @Test(arguments: variants)
  func equalsThePlainModel(_ configuration: TransformerConfiguration) throws {
    var configuration = configuration
    configuration.dropoutRate = 0.2
    configuration.attentionDropoutRate = 0.1
    configuration.activationDropoutRate = 0.3
    let model = try randomModel(configuration)
    let batch = randomBatch([7, 3, 9, 1], [5, 11, 0, 8])
    let fused = try model.lossAndGradients(batch, context: .training(seed: 7, step: 3))
    let context = ForwardContext.training(seed: 7, step: 3)
    let loss = PlainTransformer(model, in: context).loss(batch, labelSmoothing: 0.1)
    expectClose(fused.loss, loss.value, relative: 1e-6)
    let gradients = context.backward(from: loss)
    for item in model.parameters {
      expectClose(
        try #require(fused.gradients[item.parameter]), try #require(gradients[item.parameter]),
        absolute: 1e-6, relative: 5e-5, item.path)
    }
  }

  @Test func emptySequencesAndBatches() throws {
    let model = try randomModel(smallConfiguration())
    let empty = TrainingBatch(sources: [[], [3, 4]], targets: [[], [5]], start: 1, end: 2)
    let result = try model.lossAndGradients(empty)
    #expect(result.loss.scalar.isFinite)
    for item in model.parameters {
      let gradient = try #require(result.gradients[item.parameter])
      #expect(gradient.scalars.allSatisfy { $0.isFinite }, "\(item.path)")
    }
    let none = try model.logits(TokenBatch([]), TokenBatch([]), in: .inference())
    #expect(none.shape == [0, 0, 23])
  }
}

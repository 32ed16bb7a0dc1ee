#if DEBUG
  import AttentionKit
  import Testing

  @testable import bench

  /// The checks before training steps are timed find what is wrong.
  @Suite struct TrainedStepTests {
    /// Another model whose gradients or logits are off.
    struct Wrong: WrappedModel {
      let base: RecurrentModel
      var gradientFactor: Float = 1
      var logitFactor: Float = 1

      func logits(
        _ source: TokenBatch, _ decoderInput: TokenBatch, in context: ForwardContext
      ) throws -> Variable {
        try base.logits(source, decoderInput, in: context) * logitFactor
      }
      func loss(
        _ batch: TrainingBatch, labelSmoothing: Float, normalizer: Float,
        in context: ForwardContext
      ) throws -> TrainingLoss {
        let loss = try base.loss(
          batch, labelSmoothing: labelSmoothing, normalizer: normalizer, in: context)
        return TrainingLoss(
          objective: context.recordsGradients ? loss.objective * gradientFactor : loss.objective,
          negativeLogLikelihood: loss.negativeLogLikelihood, tokenCount: loss.tokenCount)
      }
    }

    let batch = RandomBatch.make(count: 3, length: 5, vocabularySize: 17, seed: 2)

    @Test func rightModelsPass() throws {
      for model in [try DecodingTests.transformer(), try DecodingTests.lstm()]
        as [any SequenceModel]
      {
        try check(model)
      }
    }

    private func check(_ model: some SequenceModel) throws {
      let step = TrainedStep(model)
      let before = model.parameters.map(\.parameter.value.scalars)
      try step.check(batch)
      try step.checkGradient(batch)
      #expect(model.parameters.map(\.parameter.value.scalars) == before)
      // And training goes on from there.
      let first = try step.run(batch)
      for _ in 0..<20 { _ = try step.run(batch) }
      #expect(try step.run(batch) < first)
    }

    @Test func wrongGradientsAndLogitsAreFound() throws {
      let base = try DecodingTests.lstm()
      #expect(throws: SuiteError.self) {
        try TrainedStep(Wrong(base: base, gradientFactor: 1.1)).checkGradient(batch)
      }
      #expect(throws: SuiteError.self) {
        try TrainedStep(Wrong(base: base, logitFactor: 1.5)).check(batch)
      }
    }

    @Test func batchesHaveNoPadding() {
      #expect(batch.source.isDense && batch.decoderInput.isDense)
      #expect(batch.sourceTokenCount == 15 && batch.targetTokenCount == 15)
      let first = batch.first(2)
      #expect(first.source.count == 2)
      #expect(first.source[1] == batch.source[1] && first.decoderInput[1] == batch.decoderInput[1])
      #expect(first.expected == Array(batch.expected.prefix(10)))
      #expect(batch.first(7).source == batch.source)
    }
  }
#endif

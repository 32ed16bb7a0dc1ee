import AttentionKit
import Kernels

/// The paper's model from small operations only: no fused operation, no tile, no cache. It reads the parameters
/// of a ``Transformer`` by their paths, and asks for dropout at the same places in the same order.
struct PlainTransformer {
  let configuration: TransformerConfiguration
  let parameters: [String: Parameter]
  let context: ForwardContext

  init(_ model: Transformer, in context: ForwardContext) {
    configuration = model.configuration
    parameters = Dictionary(
      uniqueKeysWithValues: model.parameterPaths.map { ($0.path, $0.parameter) })
    self.context = context
  }

  func logits(_ source: TokenBatch, _ decoderInput: TokenBatch) -> Variable {
    let sourceMask = AttentionMask.padding(
      keyLengths: source.lengths, queryLengths: source.lengths)
    var memory = embedded(source, "source_embedding")
    for layer in 0..<configuration.encoderLayerCount {
      let path = "encoder.layers.\(layer)"
      memory = residual(memory, "\(path).self_attention_norm") {
        attend($0, $0, "\(path).self_attention", sourceMask)
      }
      memory = residual(memory, "\(path).feed_forward_norm") { feedForward($0, path) }
    }
    memory = finalNorm(memory, "encoder")

    let lengths = decoderInput.lengths
    let selfMask = AttentionMask.causal.intersection(
      .padding(keyLengths: lengths, queryLengths: lengths))
    let crossMask = AttentionMask.padding(keyLengths: source.lengths, queryLengths: lengths)
    var x = embedded(decoderInput, "target_embedding")
    for layer in 0..<configuration.decoderLayerCount {
      let path = "decoder.layers.\(layer)"
      x = residual(x, "\(path).self_attention_norm") {
        attend($0, $0, "\(path).self_attention", selfMask)
      }
      x = residual(x, "\(path).cross_attention_norm") {
        attend($0, memory, "\(path).cross_attention", crossMask)
      }
      x = residual(x, "\(path).feed_forward_norm") { feedForward($0, path) }
    }
    x = finalNorm(x, "decoder")
    let shape = x.shape.dimensions
    return matmul(
      x.reshaped([-1, shape[2]]), variable("output_projection.weight"), transposeB: true
    ).reshaped([shape[0], shape[1], -1])
  }

  func loss(_ batch: TrainingBatch, labelSmoothing: Float) -> Variable {
    crossEntropy(
      logits(batch.source, batch.decoderInput), expected: batch.expected,
      labelSmoothing: labelSmoothing, normalizer: Float(batch.targetTokenCount))
  }

  private func variable(_ path: String) -> Variable {
    guard let parameter = parameters[path] else { fatalError("the model has no \(path)") }
    return context.variable(parameter)
  }

  private func dropped(_ x: Variable, _ rate: Float) -> Variable {
    dropout(x, context.nextDropout(rate: rate))
  }

  /// Sections 3.4, 3.5 and 5.4: √D times the rows, plus positions, then dropout.
  private func embedded(_ batch: TokenBatch, _ path: String) -> Variable {
    let (length, width) = (batch.maximumLength, configuration.modelDimension)
    let table =
      configuration.positions == .learned
      ? variable("positions.weight")
      : Variable(SinusoidalPositions(modelDimension: width, maximumLength: length).table)
    let one = table.slice(axis: 0, 0..<length).reshaped([1, length, width])
    let rows = variable("\(path).weight").gatherRows(batch.tokens.map { Int($0) })
      .reshaped([batch.count, length, width])
    let sum =
      rows * Float(width).squareRoot()
      + concatenate(Array(repeating: one, count: batch.count), axis: 0)
    return dropped(sum, configuration.dropoutRate)
  }

  private func normalized(_ x: Variable, _ path: String) -> Variable {
    layerNorm(
      x, scale: variable("\(path).weight"), shift: variable("\(path).bias"),
      epsilon: configuration.normEpsilon)
  }

  private func finalNorm(_ x: Variable, _ side: String) -> Variable {
    configuration.normPlacement == .pre ? normalized(x, "\(side).final_norm") : x
  }

  private func residual(_ x: Variable, _ norm: String, _ sublayer: (Variable) -> Variable)
    -> Variable
  {
    let isPost = configuration.normPlacement == .post
    let branch = sublayer(isPost ? x : normalized(x, norm))
    let sum = x + dropped(branch, configuration.dropoutRate)
    return isPost ? normalized(sum, norm) : sum
  }

  private func projected(_ x: Variable, _ path: String) -> Variable {
    let shape = x.shape.dimensions
    return matmul(x.reshaped([-1, shape[2]]), variable("\(path).weight"), transposeB: true)
      .addingToRows(variable("\(path).bias")).reshaped([shape[0], shape[1], -1])
  }

  private func attend(
    _ query: Variable, _ memory: Variable, _ path: String, _ mask: AttentionMask
  ) -> Variable {
    let mixed = plainAttention(
      query: projected(query, "\(path).query"), key: projected(memory, "\(path).key"),
      value: projected(memory, "\(path).value"), headCount: configuration.headCount, mask: mask,
      dropout: context.nextDropout(rate: configuration.attentionDropoutRate))
    return projected(mixed, "\(path).output")
  }

  private func feedForward(_ x: Variable, _ path: String) -> Variable {
    let inner = activate(
      projected(x, "\(path).feed_forward.inner"), configuration.activation)
    return projected(
      dropped(inner, configuration.activationDropoutRate), "\(path).feed_forward.outer")
  }
}

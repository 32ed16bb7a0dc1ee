import AttentionKit
import Kernels

/// softmax(Q Kᵀ / √K) V with the n x n matrix in memory and each of its steps in a scope of its own, to see what they
/// take.
struct PlainMechanism: AttentionMechanism {
  var children: [LayerChild] { [] }

  func callAsFunction(
    _ heads: AttentionHeads, mask: AttentionMask, dropout: DropoutMask, in context: ForwardContext
  ) -> Variable {
    let keyDimension = heads.query.shape[2] / heads.headCount
    let scores = context.inScope("scores") {
      matmul(heads.separateQueries, heads.separateKeys, transposeB: true)
        * (1 / Float(keyDimension).squareRoot())
    }
    let weights = context.inScope("softmax") { softmax(masked(scores, by: mask)) }
    return context.inScope("mix") { mergeHeads(matmul(weights, heads.separateValues)) }
  }

  func weights(_ heads: AttentionHeads, mask: AttentionMask, in context: ForwardContext) -> Tensor {
    attentionWeights(
      query: heads.query.value, key: heads.key.value, headCount: heads.headCount, mask: mask)
  }
}

internal import Kernels
internal import PositionalEncodings
internal import ResidualLayers

/// A Transformer as one library or text has it: norms, positions, embeddings, biases, dropout and how parameters begin,
/// whatever its size. Docs/Deviations.md has the table.
public enum TransformerPreset: String, Codable, Sendable, CaseIterable {
  /// Vaswani et al. 2017; also the default.
  case paper
  /// `nn.Transformer` of PyTorch, with the embeddings and the projection that its tutorial puts around it.
  case pytorch
  /// `transformer_base` of Tensor2Tensor, by the authors of the paper.
  case tensor2tensor = "t2t"
  /// "The Annotated Transformer" (Rush 2018, Huang et al. 2022).
  case annotated
  /// Marian's models of OPUS-MT, as Hugging Face's transformers runs them.
  case marian
}

extension TransformerConfiguration {
  /// Takes on everything a preset says; vocabularies and sizes stay.
  public mutating func adopt(_ preset: TransformerPreset) {
    let paper = TransformerConfiguration(
      sourceVocabularySize: sourceVocabularySize, targetVocabularySize: targetVocabularySize)
    normPlacement = paper.normPlacement
    finalNorm = paper.finalNorm
    normEpsilon = paper.normEpsilon
    activation = paper.activation
    tying = paper.tying
    positions = paper.positions
    sinusoids = paper.sinusoids
    scalesEmbeddings = paper.scalesEmbeddings
    hasOutputBias = paper.hasOutputBias
    hasAttentionBiases = paper.hasAttentionBiases
    initialization = paper.initialization
    dropoutRate = paper.dropoutRate
    attentionDropoutRate = paper.attentionDropoutRate
    activationDropoutRate = paper.activationDropoutRate
    switch preset {
    case .paper: break
    case .pytorch:
      finalNorm = .always
      normEpsilon = 1e-5
      tying = .none
      hasOutputBias = true
      initialization = .pytorch
      dropEverywhere()
    case .tensor2tensor:
      normPlacement = .pre
      sinusoids = SinusoidConfiguration(arrangement: .sinesFirst, waveLengths: .inclusive)
      hasAttentionBiases = false
      dropEverywhere()
    case .annotated:
      normPlacement = .pre
      tying = .none
      hasOutputBias = true
      initialization = .annotated
      dropEverywhere()
    case .marian:
      normEpsilon = 1e-5
      activation = .silu
      sinusoids = SinusoidConfiguration(arrangement: .sinesFirst)
      hasOutputBias = true
      initialization = .normal
    }
  }

  /// The rate of sub-layers also for attention weights and inside feed-forward layers.
  private mutating func dropEverywhere() {
    attentionDropoutRate = dropoutRate
    activationDropoutRate = dropoutRate
  }
}

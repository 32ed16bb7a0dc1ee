public import ParameterFiles
public import TransformerModels

// The names that PyTorch's modules give their parameters, as in `module.state_dict()`. Files come from
// `safetensors.torch.save_file(module.state_dict(), path)`, or `save_model` where parameters are tied.

extension ParameterTable {
  /// `nn.Linear`, for `Linear`.
  public static let pyTorchLinear = ParameterTable(same: ["weight", "bias"])
  /// `nn.LayerNorm`, for `LayerNorm` and `AddNorm`.
  public static let pyTorchLayerNorm = ParameterTable(same: ["weight", "bias"])
  /// `nn.Embedding`, for `TiedEmbedding`.
  public static let pyTorchEmbedding = ParameterTable(same: ["weight"])

  /// `nn.MultiheadAttention`, for `MultiHeadAttention`: the projections of queries, keys and values are one matrix.
  public static let pyTorchMultiHeadAttention =
    ParameterTable(packed: ["query.weight", "key.weight", "value.weight"], in: "in_proj_weight")
    + pyTorchAttentionRest

  /// `nn.MultiheadAttention` with `kdim` or `vdim` of their own: three matrices, but one bias.
  public static let pyTorchMultiHeadAttentionOfOtherWidths =
    ParameterTable(
      ["query", "key", "value"].map { Entry("\($0).weight", "\($0.prefix(1))_proj_weight") })
    + pyTorchAttentionRest

  private static let pyTorchAttentionRest =
    ParameterTable(packed: ["query.bias", "key.bias", "value.bias"], in: "in_proj_bias")
    + pyTorchLinear.nested("output", in: "out_proj.")

  /// `nn.TransformerEncoderLayer`, for `EncoderLayer`.
  public static let pyTorchEncoderLayer: ParameterTable = [
    pyTorchMultiHeadAttention.nested("self_attention", in: "self_attn."),
    pyTorchLayerNorm.nested("self_attention_norm", in: "norm1."),
    pyTorchLinear.nested("feed_forward.inner", in: "linear1."),
    pyTorchLinear.nested("feed_forward.outer", in: "linear2."),
    pyTorchLayerNorm.nested("feed_forward_norm", in: "norm2."),
  ].joined()

  /// `nn.TransformerDecoderLayer`, for `DecoderLayer`.
  public static let pyTorchDecoderLayer: ParameterTable = [
    pyTorchMultiHeadAttention.nested("self_attention", in: "self_attn."),
    pyTorchLayerNorm.nested("self_attention_norm", in: "norm1."),
    pyTorchMultiHeadAttention.nested("cross_attention", in: "multihead_attn."),
    pyTorchLayerNorm.nested("cross_attention_norm", in: "norm2."),
    pyTorchLinear.nested("feed_forward.inner", in: "linear1."),
    pyTorchLinear.nested("feed_forward.outer", in: "linear2."),
    pyTorchLayerNorm.nested("feed_forward_norm", in: "norm3."),
  ].joined()

  /// `nn.TransformerEncoder`, for `Encoder`.
  public static func pyTorchEncoder(layerCount: Int) -> ParameterTable {
    pyTorchEncoderLayer.repeated(layerCount, "layers") { "layers.\($0)." }
      + pyTorchLayerNorm.nested("final_norm", in: "norm.")
  }

  /// `nn.TransformerDecoder`, for `Decoder`.
  public static func pyTorchDecoder(layerCount: Int) -> ParameterTable {
    pyTorchDecoderLayer.repeated(layerCount, "layers") { "layers.\($0)." }
      + pyTorchLayerNorm.nested("final_norm", in: "norm.")
  }

  /// A model around `nn.Transformer`, for `Transformer`. PyTorch has no embeddings of its own; these are the names for
  /// them: `source_embedding` and `target_embedding` (`nn.Embedding`), `generator` (`nn.Linear`), `transformer`
  /// (`nn.Transformer`). Tied ones may be there once.
  public static func pyTorchTransformer(_ configuration: TransformerConfiguration)
    -> ParameterTable
  {
    [
      pyTorchEmbedding.nested("source_embedding", in: "source_embedding."),
      pyTorchEmbedding.nested("target_embedding", in: "target_embedding."),
      pyTorchLinear.nested("output_projection", in: "generator."),
      pyTorchEncoder(layerCount: configuration.encoderLayerCount)
        .nested("encoder", in: "transformer.encoder."),
      pyTorchDecoder(layerCount: configuration.decoderLayerCount)
        .nested("decoder", in: "transformer.decoder."),
    ].joined()
  }

  /// One direction of one layer of `nn.LSTM`, `nn.GRU` or `nn.RNN`, for `RecurrentLayer`. The gates stand in PyTorch's
  /// order here too.
  public static func pyTorchRecurrentLayer(_ layer: Int = 0, isReversed: Bool = false)
    -> ParameterTable
  {
    let end = "_l\(layer)" + (isReversed ? "_reverse" : "")
    return ParameterTable([
      Entry("input_weight", "weight_ih" + end), Entry("recurrent_weight", "weight_hh" + end),
      Entry("input_bias", "bias_ih" + end), Entry("recurrent_bias", "bias_hh" + end),
    ])
  }

  /// `nn.LSTM`, `nn.GRU` or `nn.RNN` with any number of layers, for `RecurrentEncoder`.
  public static func pyTorchRecurrence(layerCount: Int, isBidirectional: Bool) -> ParameterTable {
    (0..<layerCount).map { layer in
      pyTorchRecurrentLayer(layer).nested("layers.\(layer).forward", in: "")
        + (isBidirectional
          ? pyTorchRecurrentLayer(layer, isReversed: true)
            .nested("layers.\(layer).backward", in: "") : ParameterTable([]))
    }.joined()
  }
}

import AttentionKit
import BenchmarkKit

extension PeerBench {
  private struct Arguments: Encodable {
    let inputs, folder, precision: String
    let width, heads, layers, length: Int
    let normEpsilon: Double
    let batch, beam, target: Int
  }

  /// Greedy and beam search of one model, with every output as long as the sources.
  func decoding(
    _ size: ModelSize, _ decodings: [PeerScale.Decoding], length: Int, _ variants: [PeerVariant]
  ) -> [Contender] {
    let inputs = Shared { [seed] in
      try DecodingInputs(
        size, count: decodings.map(\.batch).max() ?? 0, length: length, seed: seed)
    }
    return decodings.flatMap { decoding in
      self.decoding(size, decoding, length, inputs, variants)
    }
  }

  private func decoding(
    _ size: ModelSize, _ decoding: PeerScale.Decoding, _ length: Int,
    _ inputs: Shared<DecodingInputs>, _ variants: [PeerVariant]
  ) -> [Contender] {
    let search = ForcedDecoding(length: length, beamSize: decoding.beam)
    let ours = Contender(
      Self.ownName,
      task: "decoding \(size.name) "
        + (decoding.beam == 1 ? "greedy" : "beam \(decoding.beam)"),
      parameters: [SizeParameter("batch", decoding.batch)],
      cost: Cost(items: ["target tokens": Double(decoding.batch * length)]), group: "decoding"
    ) {
      let inputs = try inputs.get()
      let sources = Array(inputs.sources.prefix(decoding.batch))
      return Workload { blackHole(try search.outputs(sources, with: inputs.model)) }
    }
    return [ours]
      + variants.map { variant in
        contender(variant, like: ours, "decoding", inputs: inputs) {
          Arguments(
            inputs: $0.path, folder: $0.convertedPath, precision: variant.precision,
            width: size.model, heads: size.heads, layers: size.layers, length: 2 * length,
            normEpsilon: Double(size.transformerConfiguration.normEpsilon), batch: decoding.batch,
            beam: decoding.beam, target: length)
        } check: {
          try $0.check($1, variant, search, batch: decoding.batch)
        }
      }
  }
}

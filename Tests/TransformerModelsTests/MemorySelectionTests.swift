import AttentionKit
import TestSupport
import Testing

@Suite struct MemorySelectionTests {
  /// Rows of a memory are the memories of these sources, padding and all.
  @Test(arguments: [[], [2], [1, 1, 0], [2, 0, 1]])
  func selectedRowsAreThoseSources(_ rows: [Int]) throws {
    var configuration = TransformerConfiguration(vocabularySize: 23)
    configuration.encoderLayerCount = 1
    configuration.decoderLayerCount = 1
    configuration.resize(modelDimension: 6, feedForwardDimension: 11, headCount: 2)
    let model = try Transformer(configuration, seed: 5)
    let sources = [[4, 5, 6, 7, 8], [9, 10], [11, 12, 13]]
    let all = try model.encode(TokenBatch(sources), in: .inference())
    let selected = all.selecting(rows: rows)
    #expect(selected.lengths == rows.map { sources[$0].count })
    #expect(selected.output.shape == [rows.count, 5, 6])
    if rows.isEmpty { return }
    let prefixes = TokenBatch(rows.indices.map { [2, 14 + $0] })
    let found = try model.decode(prefixes, memory: selected, in: .inference()).value
    let alone = try model.decode(
      prefixes, memory: model.encode(TokenBatch(rows.map { sources[$0] }), in: .inference()),
      in: .inference()
    ).value
    expectClose(found, alone)
  }
}

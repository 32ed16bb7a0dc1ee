// Loads a Marian model of Hugging Face's library, translates token numbers with it, and writes it for CTranslate2.
import AttentionKit
import Foundation

let folder = CommandLine.arguments.dropFirst().first ?? "Tests/Fixtures/marian"
let foreign = try Marian.load(folder: folder)
let greedy = GreedyDecoder(start: foreign.target.start!, end: foreign.target.end!)
let source = [10, 11, foreign.source.end!]
print(try greedy.decode([source], with: foreign.model)[0].tokens)  // [11, 11]

let copy = NSTemporaryDirectory() + "/model-for-ctranslate2"
try CTranslate2.save(foreign, folder: copy)
let again = try CTranslate2.load(folder: copy)
print(try greedy.decode([source], with: again.model)[0].tokens)  // the same

// Weights alone, by a table of names.
var configuration = TransformerConfiguration(sourceVocabularySize: 11, targetVocabularySize: 13)
configuration.adopt(.pytorch)
configuration.resize(modelDimension: 14, feedForwardDimension: 17, headCount: 2)
configuration.encoderLayerCount = 2
configuration.decoderLayerCount = 2
let model = try Transformer(configuration)
let table = ParameterTable.pyTorchTransformer(configuration)
try table.load(
  SafetensorsFile(contentsOf: "Tests/Fixtures/pytorch/transformer.safetensors"), into: model)
print(model.parameterCount)

import AttentionKit
import Foundation
import TestSupport
import Testing

@Suite struct ConvertTests {
  /// A model of the reverse task that Hugging Face's library trained; see Tests/Fixtures/make_marian.py.
  private let marian = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/marian").path
  private let sources = "5 6 7 8 9\n10 11\n4 4 12 13\n20\n"

  private func translate(_ model: String) throws -> String {
    let result = try Tool.run(
      ["translate", "--model", model, "--beam", "1", "--maximum-length", "12"],
      input: Data(sources.utf8))
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }

  @Test func aModelGoesRoundAllFormatsWithTheSameOutputs() throws {
    let folder = try TemporaryFolder()
    let checkpoint = folder.path + "/checkpoint"
    let first = try Tool.run(["convert", marian, checkpoint])
    #expect(first.status == 0, "\(first.errors)")
    // The special tokens of the file are numbers there, as it has no vocabulary.
    let outputs = try translate(checkpoint)
    #expect(outputs == "9 9 18 24\n11 11\n13 12 4 12 4\n20\n")

    for format in ["marian", "ctranslate2", "attend"] {
      let (there, back) = (folder.path + "/" + format, folder.path + "/" + format + "-back")
      let steps = [["--to", format, checkpoint, there], ["--from", format, there, back]]
      for step in steps {
        let result = try Tool.run(["convert"] + step)
        #expect(result.status == 0, "\(result.errors)")
      }
      #expect(try translate(back) == outputs, "\(format)")
      let tree = try Tool.run(["inspect", there])
      #expect(tree.output.contains("encoder") && tree.output.contains("parameters"))
    }
  }

  @Test func whatAFormatDoesNotHaveIsNamed() throws {
    let folder = try TemporaryFolder()
    let checkpoint = folder.path + "/checkpoint"
    #expect(try Tool.run(["convert", marian, checkpoint]).status == 0)
    let result = try Tool.run(["convert", "--to", "pytorch", checkpoint, folder.path + "/out"])
    #expect(result.status == 1)
    #expect(result.errors.contains("appendsSourceEnd"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/out"))
    let nothing = try Tool.run(["convert", folder.path, folder.path + "/out"])
    #expect(nothing.status == 1)
    #expect(nothing.errors.contains("model.bin"))
  }

  @Test func aPresetIsWhatAConfigurationBeginsFrom() throws {
    let folder = try TemporaryFolder()
    let run = folder.path + "/run"
    let settings = [
      "data.task=copy", "data.pairCount=64", "model.modelDimension=8", "model.headCount=2",
      "model.feedForwardDimension=8", "model.encoderLayerCount=1", "model.decoderLayerCount=1",
      "training.maximumSteps=1", "model.dropoutRate=0",
    ]
    let result = try Tool.run(
      ["train", "--output", run, "--preset", "pytorch"] + settings.flatMap { ["--set", $0] })
    #expect(result.status == 0, "\(result.errors)")
    let tree = try Tool.run(["inspect", run]).output
    #expect(tree.contains("final_norm") && tree.contains("output_projection"))
    // A checkpoint becomes PyTorch's names and comes back.
    let (there, back) = (folder.path + "/pytorch", folder.path + "/back")
    for step in [["--to", "pytorch", run, there], ["--from", "pytorch", there, back]] {
      let result = try Tool.run(["convert"] + step)
      #expect(result.status == 0, "\(result.errors)")
    }
    let names = try SafetensorsFile(contentsOf: there + "/model.safetensors").tensorNames
    #expect(names.contains("transformer.encoder.layers.0.self_attn.in_proj_weight"))
    let weights = try [run + "/last", back].map {
      try Data(contentsOf: URL(fileURLWithPath: $0 + "/weights.safetensors"))
    }
    #expect(weights[0] == weights[1])
  }
}

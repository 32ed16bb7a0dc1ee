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

  private let letters = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
    .appendingPathComponent("TextProcessingTests/Fixtures/sentence_pieces/letters.spm").path

  /// The model with pieces for its tokens: ▁a is 1.
  private func marianWithPieces(in folder: String) throws -> String {
    let path = folder + "/marian"
    try FileManager.default.copyItem(atPath: marian, toPath: path)
    for side in ["source", "target"] {
      try FileManager.default.copyItem(atPath: letters, toPath: path + "/\(side).spm")
    }
    let pieces = "abcdefghijklmnopqrstuvwxyz".map { "▁\($0)" }
    let tokens = ["</s>"] + pieces + ["<unk>", "<pad>"]
    let members = tokens.enumerated().map { "\"\($1)\": \($0)" }
    try Data("{\(members.joined(separator: ", "))}".utf8).write(
      to: URL(fileURLWithPath: path + "/vocab.json"))
    return path
  }

  #if SentencePiece
    @Test func aModelWithSentencePiecesTakesText() throws {
      let folder = try TemporaryFolder()
      let checkpoint = folder.path + "/checkpoint"
      let marian = try marianWithPieces(in: folder.path)
      let converted = try Tool.run(["convert", marian, checkpoint])
      #expect(converted.status == 0, "\(converted.errors)")
      let result = try Tool.run(
        ["translate", "--model", checkpoint, "--beam", "1", "--maximum-length", "12"],
        input: Data("e f g h i\nj  k\nd d l m\nt\n".utf8))
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output == "i i r x\nk k\nm l d l d\nt\n")
      // It can be trained on, with the pieces going along.
      let pairs = try folder.file("pairs.tsv", "a b\tb a\nc d\td c\ne\te\n")
      let run = folder.path + "/run"
      let trained = try Tool.run(
        ["train", "--output", run, "--warm-start", checkpoint]
          + [
            "data.train=\(pairs)", "data.heldOutShare=0.4", "data.sourceTokenizer=sentencePiece",
            "data.targetTokenizer=sentencePiece", "data.sharesVocabulary=true",
            "data.appendsSourceEnd=true", "training.maximumSteps=2", "model.modelDimension=16",
            "model.headCount=4", "model.feedForwardDimension=24", "model.encoderLayerCount=2",
            "model.decoderLayerCount=2",
          ].flatMap { ["--set", $0] })
      #expect(trained.status == 0, "\(trained.errors)")
      let cut = try Tool.run(
        ["tokenize", "--model", run + "/last"], input: Data("a b\n".utf8))
      #expect(cut.output == "▁a ▁b\n", "\(cut.errors)")
      let again = try Tool.run(
        ["tokenize", "--pieces", letters, "--decode"], input: Data("▁a ▁b\n".utf8))
      #expect(again.output == "a b\n", "\(again.errors)")
    }
  #else
    @Test func withoutSentencePieceItsModelsTakePiecesAndTextIsAnError() throws {
      let folder = try TemporaryFolder()
      let checkpoint = folder.path + "/checkpoint"
      let converted = try Tool.run(["convert", marianWithPieces(in: folder.path), checkpoint])
      #expect(converted.status == 0, "\(converted.errors)")
      let result = try Tool.run(
        ["translate", "--model", checkpoint, "--beam", "1", "--maximum-length", "12"],
        input: Data("▁e ▁f ▁g ▁h ▁i\n".utf8))
      #expect(result.output == "▁i ▁i ▁r ▁x\n", "\(result.errors)")
      let cut = try Tool.run(["tokenize", "--pieces", letters], input: Data("a b\n".utf8))
      #expect(cut.status == 1 && cut.errors.contains("--traits SentencePiece"), "\(cut.errors)")
    }
  #endif

  /// A BERT that Hugging Face's library made; see Tests/Fixtures/make_bert.py.
  private let bert = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/bert").path

  @Test func aBERTGoesRoundWithTheSameVectors() throws {
    let folder = try TemporaryFolder()
    let (checkpoint, back) = (folder.path + "/checkpoint", folder.path + "/back")
    let text = Data("The cat sat on the mat.\n\ncats\nGröße\n".utf8)
    for step in [[bert, checkpoint], ["--to", "bert", checkpoint, back]] {
      let result = try Tool.run(["convert"] + step)
      #expect(result.status == 0, "\(result.errors)")
    }
    let vectors = try [bert, checkpoint, back].map { try Tool.run(["embed", $0], input: text) }
    #expect(vectors[0].status == 0 && vectors[0].output.split(separator: "\n").count == 4)
    for result in vectors { #expect(result.output == vectors[0].output, "\(result.errors)") }
    let trees = try [bert, checkpoint, back].map { try Tool.run(["inspect", $0]) }
    for tree in trees {
      #expect(
        tree.output.split(separator: "\n").dropFirst()
          == trees[0].output.split(separator: "\n").dropFirst(), "\(tree.errors)")
    }
    #expect(trees[0].output.contains("self_attention"))
  }

  @Test func aBERTIsNoTransformerThatTranslates() throws {
    let folder = try TemporaryFolder()
    let (checkpoint, out) = (folder.path + "/checkpoint", folder.path + "/out")
    let ours = folder.path + "/ours"
    #expect(try Tool.run(["convert", bert, checkpoint]).status == 0)
    #expect(try Tool.run(["convert", marian, ours]).status == 0)
    for (arguments, words) in [
      (["convert", "--to", "marian", bert, out], "a BERT"),
      (["convert", "--to", "ctranslate2", checkpoint, out], "a BERT"),
      (["convert", "--to", "bert", ours, out], "a Transformer with a decoder"),
      (["convert", "--to", "bert", marian, out], "a Transformer with a decoder"),
      (["translate", "--model", checkpoint], "attend embed"),
      (["embed", ours], "expected a BERT"),
    ] {
      let result = try Tool.run(arguments)
      #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
    // A small file cannot ask for a large model, and keys that are unknown are named.
    for (key, value, words) in [
      ("layerCount\":2", "layerCount\":16000000", "a larger one"),
      ("pooling", "polling", "polling"),
    ] {
      let file = checkpoint + "/configuration.json"
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text.contains(key), "\(text)")
      try text.replacingOccurrences(of: key, with: value)
        .write(toFile: file, atomically: true, encoding: .utf8)
      let result = try Tool.run(["embed", checkpoint])
      #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    }
  }

  @Test func tensorsGoFromFileToFile() throws {
    let folder = try TemporaryFolder()
    let (archive, file, back) = (
      folder.path + "/a.npz", folder.path + "/b.safetensors", folder.path + "/c.npz"
    )
    try NumPyArchive.write(
      [
        ("first", NumPyArray(Tensor([1, -2.5, 3, 4, 5, 6], shape: [2, 3]))),
        ("zweite", NumPyArray(integers: [.max, -1], dimensions: [1, 2])),
        ("number", NumPyArray(Tensor(scalar: 7))),
      ], to: archive)
    for step in [[archive, file], [file, back]] {
      let result = try Tool.run(["convert"] + step)
      #expect(result.status == 0 && !result.errors.contains("rounded"), "\(result.errors)")
    }
    let read = try SafetensorsFile(contentsOf: file)
    #expect(try read.tensor(named: "first") == Tensor([1, -2.5, 3, 4, 5, 6], shape: [2, 3]))
    #expect(try read.integers(named: "zweite") == [.max, -1])
    #expect(read.entry(named: "zweite")?.dimensions == [1, 2])
    let copy = try NumPyArchive(contentsOf: back)
    #expect(Set(copy.names) == ["first", "zweite", "number"])
    #expect(try copy.integers(named: "zweite") == [.max, -1])
    #expect(try copy.tensor(named: "number") == Tensor(scalar: 7))
    for path in [archive, file, back] {
      let shown = try Tool.run(["inspect", path])
      #expect(shown.output.contains("[2, 3]  F32") && shown.output.contains("[1, 2]  I64"))
      #expect(shown.output.hasSuffix("\nelements  9\n"), "\(shown.output)")
      let json = try Tool.run(["inspect", "--json", path])
      #expect(try StrictJSON(parsing: Array(json.output.utf8))["elementCount"]?.integer == 9)
    }
  }

  /// A model.bin with weights of 8 bits, of which the scales go into the floats.
  @Test func tensorsOfCTranslate2AreWrittenWithoutTheirScales() throws {
    let folder = try TemporaryFolder()
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures").path
    let model = fixtures + "/ctranslate2/int8/model.bin"
    let output = folder.path + "/weights.safetensors"
    #expect(try Tool.run(["inspect", model]).output.contains("I8"))
    let result = try Tool.run(["convert", model, output])
    #expect(result.status == 0, "\(result.errors)")
    let (ours, theirs) = (
      try SafetensorsFile(contentsOf: output), try CTranslate2File(contentsOf: model)
    )
    #expect(theirs.variables.contains { $0.name.hasSuffix("_scale") })
    #expect(!ours.tensorNames.contains { $0.hasSuffix("_scale") })
    for variable in theirs.variables
    where variable.dataType == .int8 && variable.dimensions.count == 2 {
      #expect(try ours.tensor(named: variable.name) == theirs.tensor(named: variable.name))
    }
  }

  @Test func filesOfTensorsThatCannotBeConvertedAreErrors() throws {
    let folder = try TemporaryFolder()
    let two = folder.path + "/two.safetensors"
    try SafetensorsFile.write([.init("a", Tensor([1])), .init("b", Tensor([2]))], to: two)
    let wide = folder.path + "/wide.npy"
    // One number of 64 bits.
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"
    let text = header.padding(toLength: 117, withPad: " ", startingAt: 0) + "\n"
    let bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8)
    _ = try folder.file(
      "wide.npy", bytes: bytes + [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F])
    let rounded = try Tool.run(["convert", wide, folder.path + "/wide.npz"])
    #expect(rounded.status == 0 && rounded.errors.contains("1 of 64 bits"), "\(rounded.errors)")
    #expect(
      try NumPyArchive(contentsOf: folder.path + "/wide.npz").tensor(named: "wide").scalars == [0.1]
    )
    for (arguments, status, words) in [
      ([two, folder.path + "/x.npy"], 1, "one tensor"),
      ([two, folder.path + "/x.txt"], 2, ".safetensors, .npz, .npy"),
      (["--to", "bert", two, folder.path + "/x.npz"], 2, "--to is of models"),
      ([try folder.file("damaged.npz", "PK"), folder.path + "/x.npz"], 1, "damaged.npz"),
    ] as [([String], Int32, String)] {
      let result = try Tool.run(["convert"] + arguments)
      #expect(result.status == status && result.errors.contains(words), "\(result.errors)")
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy {
        !$0.hasPrefix("x.")
      })
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

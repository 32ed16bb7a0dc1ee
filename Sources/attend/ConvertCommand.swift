import AttentionKit
import Foundation

extension Command {
  static let convert = Command(
    name: "convert", summary: "turn models of other libraries into ours, and back",
    words: "INPUT OUTPUT", wordCount: 2...2,
    details: """
      Reads a model from one format and writes it in another; the same inputs give the same outputs there.
      Formats: attend (a checkpoint or run), pytorch (weights by the names of nn.Transformer), marian (a folder of Hugging
      Face's MarianMTModel), ctranslate2, bert (a folder of Hugging Face's BertModel or of sentence-transformers; to and
      from attend, with its word pieces). Text is cut into tokens outside of most of these, so a checkpoint that comes from
      them takes tokens between spaces unless --tokenizer says otherwise, and what cuts a checkpoint's text into pieces is
      not converted. A program that was built with SentencePiece (--traits SentencePiece) takes source.spm and target.spm
      along where a folder has them; the checkpoint then takes text.
      Where INPUT is a file (.safetensors, .npz, .npy, or a model.bin of CTranslate2), its tensors go under their names into
      OUTPUT, which ends in .safetensors, .npz or .npy: floats as 32 bits, whole numbers as 64.
      """,
    options: [
      .init("--from", "FORMAT", "the format of INPUT (default: by the files in it)"),
      .init("--to", "FORMAT", "the format of OUTPUT (default attend)"),
      .init(
        "--tokenizer", "NAME", "words or characters: how the checkpoint cuts text (default words)"),
    ],
    run: { arguments in
      let (input, output) = (arguments.words[0], arguments.words[1])
      if let file = try TensorFile(input) {
        for option in ["--from", "--to", "--tokenizer"] where arguments.has(option) {
          throw UsageError("\(option) is of models, and \(input) is a file of tensors")
        }
        try file.write(to: output)
        let rounded = file.roundedCount
        Command.say(
          "\(output) has the tensors of \(input)"
            + (rounded > 0 ? "; \(rounded) of 64 bits were rounded to 32" : ""))
        return
      }
      guard let guess = try arguments.modelFormat("--from") ?? ModelFormat(of: input) else {
        throw ConversionError(
          file: input, key: "the folder",
          expected:
            "model.bin, model.safetensors with config.json or configuration.json, or a checkpoint",
          found: "none of them; say --from if there are")
      }
      let kind =
        arguments.has("--tokenizer")
        ? try arguments.choice(
          "--tokenizer", DataConfiguration.TokenizerKind.self, default: .words) : nil
      if let kind, kind != .words && kind != .characters {
        throw UsageError("--tokenizer: expected words or characters, found \"\(kind.rawValue)\"")
      }
      let format = try arguments.modelFormat("--to") ?? .attend
      let model = try guess.load(input)
      try format.save(model, to: output, from: input, tokenizer: kind)
      Command.say("\(output) has the model of \(input), \(model.model.parameterCount) parameters")
    })
}

extension Arguments {
  fileprivate func modelFormat(_ name: String) throws -> ModelFormat? {
    self[name] == nil ? nil : try choice(name, ModelFormat.self, default: .attend)
  }
}

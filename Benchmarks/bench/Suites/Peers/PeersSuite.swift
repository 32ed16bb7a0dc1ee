import AttentionKit
import BenchmarkKit

/// The same works in the libraries that a user would take instead, turn by turn with ours.
struct PeersSuite: BenchmarkSuite {
  let name = "peers"
  let summary = "PyTorch and CTranslate2 at the same work (by name only: see Benchmarks/peers)"
  let title = "the same work in PyTorch and in CTranslate2"
  let runsByDefault = false
  private let facts = PeerFacts()

  let method: [String] =
    [
      "turns       each work is a group: ours and the peers' turns alternate in random order; a peer's",
      "            process is stopped outside of its turns, and it times them itself",
      "threads     as many for all",
      "training    forward, smoothed loss, backward, clipping, Adam, dropout 0.1 at the same places;",
      "            no padding; LSTM and GRU have max(2, layers / 3) layers and dot attention",
      "attention   scaled dot products alone, batch 1, 8 heads of 64; decoding: 32 source tokens and",
      "            as many target tokens each, the end token forbidden before",
      "product     a [m, k] by b [n, k] transposed, as a linear layer multiplies",
      "variants    eager, and compiled by torch.compile, the loss included; bfloat16 by autocast in",
      "            training, of the inputs in attention and products; int8 in CTranslate2. Ratios are",
      "            to ours in float32; ours in bfloat16 rounds the factors of large products",
      "excluded    compilation, conversion of weights, making inputs and layouts of inputs",
      "checked     attention and products: all elements; training: loss and the norm of each gradient",
      "            of the first step without dropout, from the same weights; a compiled step with",
      "            dropout against the same not compiled; decoding: probabilities of the outputs by",
      "            our model, and the tokens, except after one that was as probable as ours",
      "memory      of a peer: growth of its process's resident memory during one run, as of ours",
    ] + ModelSize.all.map { "size        \($0)" }

  func options(_ settings: Settings) -> RunnerOptions {
    var options = settings.runnerOptions(quick: 180, normal: 1800, full: 7200)
    // The cycles decide how long it takes; the budget is for a machine on which compiling takes for ever.
    options.warmUpShare = 1
    options.longestRun = 30
    if settings.extent == .normal {
      options.cycles = 8
      options.minimumTime = 0.4
      options.warmUpTime = 0.5
    }
    if settings.extent == .full { options.cycles = 12 }
    return options
  }

  func contenders(_ settings: Settings) throws -> [Contender] {
    let scale = PeerScale(settings.extent)
    let bench = PeerBench(
      workers: try PeerWorkers(threads: settings.threads, facts: facts), seed: settings.seed)
    func variants(_ size: ModelSize, compiled: [String]) -> [PeerVariant] {
      compiled.contains(size.name)
        ? [.eager, .compiled, .eagerBF16, .compiledBF16] : [.eager, .eagerBF16]
    }
    let transformers = scale.transformers.flatMap {
      bench.transformerSteps($0, variants($0, compiled: scale.compiledTransformers))
    }
    let recurrents = [("LSTM", RecurrentCell.lstm), ("GRU", .gru)].flatMap { name, cell in
      scale.recurrents.flatMap {
        bench.recurrentSteps(name, cell, $0, variants($0, compiled: scale.compiledRecurrents))
      }
    }
    let attention = scale.attentionLengths.flatMap { bench.attention($0, [.eager, .eagerBF16]) }
    let decoding = bench.decoding(
      scale.decoder, scale.decodings, length: scale.decodingLength,
      [.ctranslate2, .ctranslate2Int8])
    let products = scale.products.flatMap { bench.product($0, [.eager, .eagerBF16]) }
    return transformers + recurrents + attention + decoding + products
  }

  func columns(_ settings: Settings) -> [ResultColumn] {
    [.median, .interval] + settings.flopRateColumns + [.memory, .samples]
  }

  func conclude(_ report: inout SuiteReport, _ settings: Settings) {
    let comparison = PeerComparison(report.results, seed: settings.seed)
    report.tables = comparison.tables
    report.findings = facts.lines + comparison.findings
    report.quantities = comparison.quantities
    report.charts = comparison.charts
  }
}

import BenchmarkKit

/// How many times as long the peers take as we do, work by work.
struct PeerComparison {
  /// A peer's median time divided by ours.
  struct Ratio {
    let value: Double
    /// Bootstrap 95 % interval.
    let interval: Interval

    init?(_ peer: ContenderResult, to ours: ContenderResult, seed: UInt64) {
      guard let above = peer.summary?.median, let below = ours.summary?.median, below > 0,
        let interval = Bootstrap.ratioInterval(
          peer.samples.map(\.seconds), to: ours.samples.map(\.seconds), seed: seed)
      else { return nil }
      value = above / below
      self.interval = interval
    }

    var text: String {
      "\(Format.significant(value)) (\(interval.text(Format.significant)))"
    }
  }

  /// One work, and what was measured of it.
  struct Work {
    let label: String
    let task: String
    let parameters: [SizeParameter]
    /// By the variant's name.
    let ratios: [String: Ratio]

    /// Works of one kind stand together: training of one model, attention at one length.
    var kind: String {
      if let length = parameters.first(where: { $0.name == "n" }), task.contains("attention") {
        return "attention \(length)"
      }
      return task.split(separator: " ").prefix(2).joined(separator: " ")
    }

    /// The fastest of some variants.
    func best(_ variants: [PeerVariant]) -> (variant: PeerVariant, ratio: Ratio)? {
      variants.compactMap { variant in ratios[variant.name].map { (variant, $0) } }
        .min { $0.1.value < $1.1.value }
    }
  }

  let works: [Work]

  /// - Parameter results: of the peers suite.
  init(_ results: [ContenderResult], seed: UInt64) {
    works = results.filter { $0.name == PeerBench.ownName }.map { ours in
      let peers = results.filter {
        $0.name != ours.name && $0.task == ours.task && $0.parameters == ours.parameters
      }
      let ratios = peers.compactMap { peer in
        Ratio(peer, to: ours, seed: seed).map { (peer.name, $0) }
      }
      return Work(
        label: ([ours.task] + ours.parameters.map(\.description)).joined(separator: " "),
        task: ours.task, parameters: ours.parameters,
        ratios: Dictionary(ratios) { first, _ in first })
    }
  }

  private static let libraries = ["PyTorch", "CTranslate2"]

  private func works(of library: String) -> [Work] {
    let names = Self.variants(of: library).map(\.name)
    return works.filter { work in names.contains { work.ratios[$0] != nil } }
  }

  private static func variants(of library: String) -> [PeerVariant] {
    PeerVariant.all.filter { $0.library == library }
  }

  /// One for each library: works by variants.
  var tables: [TextTable] {
    Self.libraries.compactMap { library in
      let works = works(of: library)
      let variants = (Self.variants(of: library) + [.ownBF16])
        .filter { variant in works.contains { $0.ratios[variant.name] != nil } }
      if works.isEmpty { return nil }
      var table = TextTable(
        "\(library)'s time divided by ours, with its 95 % interval: above 1, we are faster",
        columns: [TextTable.Column("work", .left)]
          + variants.map { TextTable.Column($0.shortName) })
      var previous: String?
      for work in works {
        if let previous, previous != work.kind { table.addRule() }
        previous = work.kind
        table.add([work.label] + variants.map { work.ratios[$0.name]?.text ?? "-" })
      }
      return table
    }
  }

  /// One sentence for each work: the library's best at our precision, and its best at a lower one.
  var findings: [String] {
    Self.libraries.flatMap { library in
      works(of: library).compactMap { work in
        let variants = Self.variants(of: library)
        let parts = [true, false].compactMap { isFloat32 in
          work.best(variants.filter { $0.isFloat32 == isFloat32 }).map {
            "\($0.ratio.text) times as long in \($0.variant.shortName)"
          }
        }
        if parts.isEmpty { return nil }
        let own = work.ratios[PeerVariant.ownBF16.name].map { ["ours \($0.text) in bfloat16"] }
        return "\(work.label): \(library) takes "
          + (parts + (own ?? [])).joined(separator: ", ")
      }
    }
  }

  var quantities: [Quantity] {
    works.flatMap { work in
      PeerVariant.all.compactMap { variant in
        work.ratios[variant.name].map {
          Quantity("\(work.label), \(variant.name) / ours", $0.value, unit: "")
        }
      }
    }
  }
}

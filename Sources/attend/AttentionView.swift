import AttentionKit
import Foundation

/// What of a model's attention is shown, and how.
struct AttentionView {
  enum Format: String, CaseIterable {
    case text, table, svg, png, csv, json, html, pharaoh

    /// The library's format where it has one.
    var fileFormat: AttentionMapFormat? { AttentionMapFormat(rawValue: rawValue) }
  }

  let format: Format
  private let output: String?
  private let kind: LabeledAttentionMap.Kind?
  private let layer: Int?
  private let head: Int?
  private let isMean: Bool
  private let style: AttentionMapStyle
  private let hasCellSize: Bool
  private let terminal: TerminalStyle?
  private let rule: AlignmentRule
  private let threshold: Float
  private let alignsWords: Bool

  init(_ arguments: Arguments) throws {
    output = arguments["--output"]
    var byName = Format.text
    if arguments.has("--data") {
      byName = .pharaoh
    } else if let output, !arguments.has("--format") {
      guard let known = AttentionMapFormat(path: output) else {
        throw UsageError(
          "--output: expected a name that ends with .txt, .svg, .png, .csv, .json or .html, or --format, "
            + "found \"\(output)\"")
      }
      byName = Format(rawValue: known.rawValue) ?? .text
    }
    format = try arguments.choice("--format", Format.self, default: byName)
    kind =
      try arguments.has("--kind")
      ? arguments.choice("--kind", LabeledAttentionMap.Kind.self, default: .cross) : nil
    layer = try arguments.nonNegativeInteger("--layer")
    head = try arguments.nonNegativeInteger("--head")
    isMean = arguments.has("--mean")
    if isMean && head != nil { throw UsageError("expected --mean or --head, found both") }
    let scale = try arguments.number("--scale")
    if let scale, scale <= 0 { throw UsageError("--scale: expected more than 0, found \(scale)") }
    style = AttentionMapStyle(
      colorMap: try arguments.choice("--colors", ColorMap.self, default: .viridis),
      largestWeight: scale.map(Float.init),
      cellSize: try arguments.positiveInteger("--cell-size") ?? 18)
    hasCellSize = arguments.has("--cell-size")
    terminal =
      try arguments.has("--terminal")
      ? arguments.choice("--terminal", TerminalStyle.self, default: .plain) : nil
    for option in ["--rule", "--threshold", "--words"]
    where arguments.has(option) && format != .pharaoh {
      throw UsageError("\(option) is of --format pharaoh, found \(format.rawValue)")
    }
    rule = try arguments.choice("--rule", AlignmentRule.self, default: .largest)
    threshold = Float(try arguments.number("--threshold") ?? 0)
    alignsWords = arguments.has("--words")
  }

  /// The maps that are wanted.
  private func selected(of set: AttentionMapSet) throws -> AttentionMapSet {
    if set.maps.isEmpty { throw AttentionProblem("the model has no attention") }
    let isOpen = kind == nil && layer == nil && head == nil && !isMean
    if format == .text && isOpen {
      // What most people look for, and what a screen has room for.
      if let kind = set.kinds.first(where: \.alignsTargetToSource) {
        return try set.selecting(kind: kind).meansOfLayers()
      }
    }
    let selection = try set.selecting(kind: kind, layer: layer, head: head)
    return isMean ? try selection.meansOfLayers() : selection
  }

  /// Writes the maps of a pair to the file or to standard output.
  func show(_ set: AttentionMapSet, title: String) throws {
    if format == .png && output == nil && isatty(STDOUT_FILENO) == 1 {
      throw UsageError("--format png: expected --output, or standard output that is no terminal")
    }
    try write(contents(set, title: title))
  }

  /// Writes bytes to the file, whole or not at all, or to standard output.
  func write(_ contents: [UInt8]) throws {
    if let output {
      try AtomicFile.write(contents, to: output)
    } else {
      try StandardStreams.write(contents)
    }
  }

  private func contents(_ set: AttentionMapSet, title: String) throws -> [UInt8] {
    switch format {
    case .text: return Array(try text(selected(of: set)).utf8)
    case .table: return Array(try selected(of: set).statisticsTable.utf8)
    case .pharaoh: return Array((try alignment(of: set).pharaoh + "\n").utf8)
    case .png:
      let maps = try selected(of: set)
      if let picture = try PictureConverter.png(fromSVG: maps.svg(style: style)) { return picture }
      Command.say(
        "attend attention: \(PictureConverter.program) is not installed: the picture has no tokens")
      return try maps.png(style: style)
    case .svg, .csv, .json, .html:
      guard let fileFormat = format.fileFormat else { fatalError("no file format \(format)") }
      return try selected(of: set).contents(as: fileFormat, style: style, title: title)
    }
  }

  private func text(_ set: AttentionMapSet) -> String {
    let isTerminal = output == nil && isatty(STDOUT_FILENO) == 1
    var style = style
    style.labelLimit = 14
    return set.terminalText(
      terminal ?? .fitting(isTerminal: isTerminal), style: style,
      width: isTerminal ? Self.terminalWidth : nil)
  }

  /// The columns of the terminal.
  private static var terminalWidth: Int {
    var size = winsize()
    if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 {
      return Int(size.ws_col)
    }
    return 80
  }

  /// The maps that an alignment can come from.
  var alignedKinds: Set<LabeledAttentionMap.Kind> {
    kind.map { [$0] } ?? Set(LabeledAttentionMap.Kind.allCases.filter(\.alignsTargetToSource))
  }

  /// The alignment that the mean of the selected maps shows; the end token has no part in it.
  func alignment(of set: AttentionMapSet) throws -> TokenAlignment {
    if set.maps.isEmpty { throw AttentionProblem("the model has no attention") }
    let aligning = kind ?? set.kinds.first(where: \.alignsTargetToSource)
    let selection = try set.selecting(kind: aligning, layer: layer, head: head)
    let map = try LabeledAttentionMap.mean(of: selection.maps)
    let last = map.queries.count - 1
    let hasEnd = map.queries.last == Vocabulary.specialTokens[3]
    let alignment = try map.alignment(
      by: rule, threshold: threshold, ignoringQueries: hasEnd ? [last] : [])
    if !alignsWords { return alignment }
    return alignment.grouped(
      source: TokenAlignment.words(ofPieces: map.keys),
      target: TokenAlignment.words(ofPieces: map.queries))
  }
}

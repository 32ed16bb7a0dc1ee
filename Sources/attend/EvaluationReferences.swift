import AttentionKit

/// References, and sources where they are known.
struct EvaluationReferences {
  let sources: [String]?
  let references: [[String]]
  /// The pairs of which a perplexity can be computed.
  let corpus: ParallelCorpus?
  /// Where the references come from.
  let file: String

  init(_ arguments: Arguments) throws {
    let targets = arguments.all("--target")
    let kinds = [arguments.has("--data"), !targets.isEmpty, arguments.has("--references")]
    if kinds.count(where: { $0 }) != 1 {
      throw UsageError(
        "expected references from one of --data, --target (with --source) and --references (with "
          + "--inputs)")
    }
    if let data = arguments["--data"] {
      let pairs = try ParallelCorpus(tsv: data)
      let set = ReferenceSet(grouping: pairs)
      (sources, references, corpus, file) = (set.inputs, set.references, pairs, data)
    } else if let first = targets.first {
      let streams = try targets.map { try TextFile.lines(of: $0) }
      for (name, stream) in zip(targets, streams) where stream.count != streams[0].count {
        throw TextFileError(
          file: name,
          problem: .lineCounts(
            found: stream.count, otherFile: first, other: streams[0].count))
      }
      references = streams[0].indices.map { row in streams.map { $0[row] } }
      file = first
      if let source = arguments["--source"] {
        let lines = try TextFile.lines(of: source)
        if lines.count != references.count {
          throw TextFileError(
            file: source,
            problem: .lineCounts(
              found: lines.count, otherFile: first, other: references.count))
        }
        sources = lines
        corpus = ParallelCorpus(
          zip(lines, streams[0]).map { TextPair(source: $0, target: $1) }
            .filter { !$0.source.allSatisfy(\.isWhitespace) })
      } else {
        (sources, corpus) = (nil, nil)
      }
    } else {
      let name = try arguments.required("--references")
      let set =
        if let inputs = arguments["--inputs"] {
          try ReferenceSet(inputs: inputs, references: name)
        } else {
          try ReferenceSet(tsv: name)
        }
      (sources, references, corpus, file) = (set.inputs, set.references, nil, name)
    }
    if references.isEmpty {
      throw ConfigurationFileError(
        origin: file, problem: "expected at least one source, found none")
    }
  }
}

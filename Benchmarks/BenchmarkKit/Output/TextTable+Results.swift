extension TextTable {
  /// One row a result, in their order, with a line wherever name or task changes. A hole shows
  /// its reason; a `!` at the end of a row points to a warning, which `warningLines` spells out.
  public init(_ results: [ContenderResult], columns: [ResultColumn]) {
    let hasTasks = results.contains { !$0.task.isEmpty }
    let parameters = results.flatMap(\.parameters).map(\.name).uniqued()
    self.init(
      [Column("contender", .left)] + (hasTasks ? [Column("task", .left)] : [])
        + parameters.map { Column($0) } + columns.map { Column($0.title) } + [Column("", .left)])
    // A series stays together: one contender at all sizes. Where there is none, the contenders at one size do.
    let hasSeries = zip(results, results.dropFirst()).contains {
      $0.name == $1.name && $0.task == $1.task
    }
    func belongTogether(_ one: ContenderResult, _ other: ContenderResult) -> Bool {
      one.task == other.task
        && (hasSeries ? one.name == other.name : one.parameters == other.parameters)
    }
    var previous: ContenderResult?
    for result in results {
      if let previous, !belongTogether(previous, result) { addRule() }
      previous = result
      let identity =
        [result.name] + (hasTasks ? [result.task] : [])
        + parameters.map { result.value(of: $0).map(Format.plain) ?? "" }
      if let hole = result.hole, result.summary == nil {
        add(identity, note: "not measured: \(hole)")
      } else {
        let isMarked = !result.warnings.isEmpty || result.hole != nil
        add(identity + columns.map { $0.text(result) } + [isMarked ? "!" : ""])
      }
    }
  }

  /// The warnings behind the `!` marks of a table. Of one kind (what stands before its colon) the first
  /// few are spelled out and the others counted, since a busy machine marks every row.
  public static func warningLines(_ results: [ContenderResult], perKind limit: Int = 3) -> [String]
  {
    var kinds: [String] = []
    var lines: [String: [String]] = [:]
    for result in results {
      let hole = result.summary == nil ? nil : result.hole
      for warning in result.warnings + [hole].compactMap({ $0 }) {
        let kind = String(warning.prefix { $0 != ":" })
        if lines[kind] == nil { kinds.append(kind) }
        lines[kind, default: []].append("! \(result.label): \(warning)")
      }
    }
    return kinds.flatMap { kind -> [String] in
      let all = lines[kind] ?? []
      // One more line than the limit is as short as saying that there is one more.
      if all.count <= limit + 1 { return all }
      return all.prefix(limit) + ["! \(kind): \(all.count - limit) more, all in the report"]
    }
  }
}

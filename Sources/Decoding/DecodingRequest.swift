internal import Kernels
internal import SequenceModels
internal import Tensors

/// A batch of sources to decode, checked.
struct DecodingRequest {
  let sources: [[Int]]
  let prefixes: [[Int]]
  let start: Int
  let rules: DecodingRules
  /// How many tokens each output may have.
  let limits: [Int]

  init(
    _ sources: [[Int]], prefixes: [[Int]]?, start: Int, end: Int,
    constraints: DecodingConstraints, model: some SequenceModel
  ) throws {
    let vocabularySize = model.targetVocabularySize
    try Self.check(start: start, end: end, vocabularySize: vocabularySize)
    try constraints.validate(vocabularySize: vocabularySize)
    if let prefixes {
      try Self.check(prefixes, "prefixes", sources, end: end, vocabularySize: vocabularySize)
    }
    self.sources = sources
    self.prefixes = prefixes ?? Array(repeating: [], count: sources.count)
    self.start = start
    rules = DecodingRules(constraints: constraints, end: end)
    // The model reads the start token and all outputs but the last.
    limits = sources.map {
      max(0, min(constraints.maximumLength($0.count), model.maximumLength ?? .max))
    }
  }

  /// Makes sure that start and end are tokens of the model.
  static func check(start: Int, end: Int, vocabularySize: Int) throws(DecodingError) {
    for (name, token) in [("start", start), ("end", end)]
    where !(0..<vocabularySize).contains(token) {
      throw .invalidOption(
        name: name, expected: "a token below \(vocabularySize)", found: "\(token)")
    }
  }

  /// Makes sure that there is one sequence for each source, of tokens that can stand inside an output.
  static func check(
    _ targets: [[Int]], _ name: String, _ sources: [[Int]], end: Int, vocabularySize: Int
  ) throws {
    if targets.count != sources.count {
      throw DecodingError.unequalCounts(
        expected: "sources", expectedCount: sources.count, found: name, foundCount: targets.count)
    }
    for (row, target) in targets.enumerated() {
      for (column, token) in target.enumerated() {
        if !(0..<vocabularySize).contains(token) {
          throw SequenceModelError.unknownToken(
            token: token, vocabularySize: vocabularySize, row: row, column: column)
        }
        if token == end { throw DecodingError.endInside(sentence: row, position: column) }
      }
    }
  }

  /// The sentences that there is anything to decode for: those with a source and a limit above 0.
  var sentences: [Int] { sources.indices.filter { !sources[$0].isEmpty && limits[$0] > 0 } }

  /// The token of a sentence's prefix that must follow so many tokens.
  func forcedToken(sentence: Int, position: Int) -> Int? {
    position < prefixes[sentence].count ? prefixes[sentence][position] : nil
  }

  /// Calls `body` with what may follow each hypothesis, on several threads.
  ///
  /// - Parameters:
  ///   - logits: [rows, V]; overwritten.
  ///   - rows: the sentence and the hypothesis of each row.
  /// - Throws: ``DecodingError/invalidLogits(sentence:position:)`` for the first row that is no
  ///   distribution.
  func forEachRow<Result>(
    of logits: inout Tensor, _ rows: [(sentence: Int, path: Hypothesis.Path)], initial: Result,
    _ body: (_ row: Int, NextTokens) -> Result
  ) throws -> [Result] {
    let width = logits.shape.last
    if logits.count != rows.count * width {
      stopOnShapes("decoding", "a row of logits for each of \(rows.count) hypotheses", logits.shape)
    }
    let values = logits.mutablePointer
    var results = Array(repeating: initial, count: rows.count)
    var isValid = Array(repeating: true, count: rows.count)
    results.withUnsafeMutableBufferPointer { results in
      isValid.withUnsafeMutableBufferPointer { isValid in
        ThreadPool.forEachRange(of: rows.count, grain: max(1, (1 << 14) / max(1, width))) { range in
          for row in range {
            let (sentence, path) = rows[row]
            let next = NextTokens(
              values + row * width, count: width, after: path,
              forced: forcedToken(sentence: sentence, position: path.tokens.count), rules: rules)
            if let next { results[row] = body(row, next) } else { isValid[row] = false }
          }
        }
      }
    }
    if let row = isValid.firstIndex(of: false) {
      throw DecodingError.invalidLogits(
        sentence: rows[row].sentence, position: rows[row].path.tokens.count)
    }
    return results
  }
}

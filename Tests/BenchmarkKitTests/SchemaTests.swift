import BenchmarkKit
import Foundation
import Testing

/// The published schema says what reports are.
@Suite struct SchemaTests {
  static func schema() throws -> JSONSchema {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try JSONSchema(
      Data(contentsOf: package.appendingPathComponent("Docs/bench-report.schema.json")))
  }

  /// A report in which nothing that may be absent is.
  static var full: Report {
    var counters = CounterValues()
    counters.instructions = 1e9
    counters.cycles = 5e8
    counters.cacheMisses = 1e4
    counters.processorSeconds = 0.5
    counters.pageFaults = 3
    counters.contextSwitches = 1
    var report = SampleReport.report
    var suite = report.suites[0]
    let counted = ContenderResult(
      name: "counted", task: "t", parameters: [SizeParameter("n", 2)],
      cost: Cost(flops: 1, bytes: 2, items: ["tokens": 3]), wasChecked: true, runsPerSample: 2,
      warmUpRuns: 3,
      samples: [
        Sample(seconds: 1, cycle: 0, turn: 0, start: 0, laps: [0.25, 0.75], counters: counters)
      ],
      memory: PeakMemory(growth: 1, processPeak: 2, allocated: 3), summary: Summary([1]),
      hole: "stopped", warnings: ["few"])
    suite.results.append(counted)
    suite.fits += SeriesFit.fits(
      of: [1, 2, 4].map { SampleReport.result("fit", n: $0, seconds: [Double($0 * $0)]) },
      against: "n")
    suite.columns = [
      .median, .interval, .spread, .minimum, .samples, .operations, .flopRate, .byteRate, .memory,
      .allocated, .bytes, .itemRate("tokens"), .shareOfCeiling(2),
    ]
    suite.tables[0].addRule()
    suite.tables[0].add(["a"], note: "b")
    suite.charts[0].series.append(
      ChartSeries("grouped", group: "g", style: .points, points: []))
    suite.breakdowns = [
      Breakdown(
        name: "b", title: "B", flopCeiling: 5, byteCeiling: 6,
        root: BreakdownPart("r", seconds: 2, flops: 1, bytes: 3, children: [.init("c", seconds: 1)])
      )
    ]
    report.suites[0] = suite
    return report
  }

  @Test func reportsFollowTheSchema() throws {
    let schema = try Self.schema()
    #expect(try schema.problems(in: Self.full.json()) == [])
    // Nothing in the schema is unknown to the program. What the machine may not show is not asked for.
    let absent = ["othersShareAtStart", "megahertz", "frequencyGovernor"]
    let missing = schema.properties.subtracting(schema.visited)
      .filter { path in !absent.contains { path.hasSuffix($0) } }
    #expect(missing.sorted() == [])
    let empty = Report(program: "p", arguments: [], context: .current())
    #expect(try schema.problems(in: empty.json()) == [])
  }

  /// A key that is added to a type, or left out, or has another kind of value, does not go unnoticed.
  @Test(arguments: [
    (#""program" :"#, #""new" : 1, "program" :"#, "$: new is not in the schema"),
    (#""wasInterrupted" : true"#, #""x" : true"#, "$: there is no wasInterrupted"),
    (#""cycles" : 10"#, #""cycles" : "ten""#, "$.suites[0].options.cycles: ten is no integer"),
    (#""cycles" : 10"#, #""cycles" : -1"#, "$.suites[0].options.cycles: -1 is less than 0"),
    (#""cycles" : 10"#, #""cycles" : 1.5"#, "$.suites[0].options.cycles: 1.5 is no integer"),
    (#""style" : "guide""#, #""style" : "x""#, "$.suites[0].charts[0].series[1].style: x is not"),
    (#""schemaVersion" : 3"#, #""schemaVersion" : 2"#, "$.schemaVersion: 2 is not 3"),
    (#""itemRate""#, #""itemrate""#, "$.suites[0].columns[11]"),
    (#""flopCeiling" : 5"#, #""flopCeiling" : null"#, "breakdowns[0].flopCeiling"),
    (#""contextSwitches""#, #""switches""#, "samples[0].counters: switches is not in the schema"),
  ])
  func whatDoesNotFollowIsFound(change: (String, String, String)) throws {
    let text = String(decoding: try Self.full.json(), as: UTF8.self)
    let changed = text.replacingOccurrences(of: change.0, with: change.1)
    try #require(changed != text)
    let problems = try Self.schema().problems(in: Data(changed.utf8))
    #expect(problems.contains { $0.contains(change.2) }, "\(problems)")
  }

  @Test func columnsAreWords() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let columns: [ResultColumn] = Self.full.suites[0].columns
    let data = try encoder.encode(columns)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.hasPrefix(#"["median","interval","#))
    #expect(text.hasSuffix(#"{"itemRate":"tokens"},{"shareOfCeiling":2}]"#))
    #expect(try JSONDecoder().decode([ResultColumn].self, from: data) == columns)
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([ResultColumn].self, from: Data(#"["meridian"]"#.utf8))
    }
    #expect("\(error as Any)".contains("'meridian' is no column"))
  }
}

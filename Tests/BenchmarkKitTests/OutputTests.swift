import BenchmarkKit
import Foundation
import Testing

@Suite struct OutputTests {
  @Test func numbersForPeople() {
    #expect(Format.time(0.0123456) == "12.3 ms")
    #expect(Format.time(0.0009996) == "1.00 ms")
    #expect(Format.time(61.7) == "61.7 s")
    #expect(Format.time(1.5e-9) == "1.50 ns")
    #expect(Format.timeRange(0.00098, 0.0012) == "0.980 - 1.20 ms")
    #expect(Format.significant(9.996) == "10.0")
    #expect(Format.significant(1234.4) == "1234")
    #expect(Format.significant(0) == "0.00")
    #expect(Format.bytes(512) == "512 B")
    #expect(Format.bytes(3 << 19) == "1.50 MiB")
    #expect(Format.scaled(12_340) == "12.3 k")
    #expect(Format.scaled(4.8e11) == "480 G")
    #expect(Format.scaled(999) == "999")
    #expect(Format.percent(0.034) == "3.4 %")
    #expect(Format.percent(0.5) == "50 %")
    #expect(Format.wait(200) == "3 min 20 s")
  }

  func result(_ name: String, n: Int, seconds: [Double], hole: String? = nil) -> ContenderResult {
    ContenderResult(
      name: name, parameters: [SizeParameter("n", n)], cost: Cost(flops: 1e9),
      samples: seconds.enumerated().map {
        Sample(seconds: $1, cycle: $0, turn: $0, start: Double($0))
      }, summary: Summary(seconds), hole: hole,
      warnings: seconds.count == 1 ? ["few samples: 1 of 10"] : [])
  }

  @Test func tableIsAlignedAndShowsHoles() {
    let results = [
      result("tiled", n: 128, seconds: [0.1, 0.1]),
      result("tiled", n: 1024, seconds: [2]),
      result("plain", n: 128, seconds: [], hole: "too large"),
    ]
    let table = TextTable(results, columns: [.median, .flopRate, .shareOfCeiling(20e9)])
    let expected = """
      contender     n  median  GFLOP/s  of ceiling
      ---------  ----  ------  -------  ----------  -
      tiled       128  100 ms     10.0        50 %
      tiled      1024  2.00 s    0.500       2.5 %  !
      ---------  ----  ------  -------  ----------  -
      plain       128  not measured: too large
      """
    #expect(table.lines.joined(separator: "\n") == expected)
    #expect(TextTable.warningLines(results) == ["! tiled n=1024: few samples: 1 of 10"])
  }

  @Test func reportSurvivesAFile() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("report.json").path
    let results = [
      result("a", n: 2, seconds: [1, 2, 3]), result("a", n: 4, seconds: [2, 4, 6]),
      result("b", n: 2, seconds: [], hole: "no \"luck\""),
    ]
    var counts = TextTable("counts", columns: [TextTable.Column("name", .left), .init("steps")])
    counts.add(["a", "7"])
    counts.addRule()
    counts.add(["b"], note: "unknown")
    var report = Report(program: "bench", arguments: ["x"], context: .current())
    report.suites = [
      SuiteReport(
        name: "s", title: "S", options: RunnerOptions(),
        quantities: [Quantity("rate", 5, unit: "GFLOP/s")],
        columns: [.median, .shareOfCeiling(2e9), .itemRate("tokens")], results: results,
        fits: SeriesFit.fits(of: results, against: "n"), tables: [counts])
    ]
    try report.write(to: path)
    try report.write(to: path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["report.json"])
    let data = try #require(FileManager.default.contents(atPath: path))
    let read = try Report(json: data)
    #expect(try read.json() == report.json())
    #expect(read.suites[0].results[0].samples.map(\.seconds) == [1, 2, 3])
    #expect(read.suites[0].fits.count == 1)
    #expect(read.suites[0].columns == report.suites[0].columns)
    #expect(read.suites[0].tables == [counts])
    #expect(read.suites[0].tables[0].lines == counts.lines)
    #expect(read.schemaVersion == Report.currentSchemaVersion)
  }

  @Test func anotherSchemaIsRefused() {
    #expect(throws: ReportError.schemaVersion(found: 99, expected: Report.currentSchemaVersion)) {
      try Report(json: Data(#"{"schemaVersion": 99}"#.utf8))
    }
    #expect(throws: DecodingError.self) { try Report(json: Data("[]".utf8)) }
  }

  @Test func writingWhereThereIsNoFolderSaysSo() {
    let report = Report(program: "bench", arguments: [], context: .current())
    let error = #expect(throws: ReportError.self) {
      try report.write(to: "/nonexistent/folder/report.json")
    }
    #expect(
      error?.description
        == "cannot write /nonexistent/folder/report.json: No such file or directory")
  }
}

import BenchmarkKit
import Foundation
import Testing

@Suite struct WriterTests {
  let report = SampleReport.report

  /// Reads comma-separated values (RFC 4180).
  func parsed(_ text: String) -> [[String]] {
    var rows: [[String]] = [[]]
    var cell = ""
    var isQuoted = false
    var rest = text[...]
    while let character = rest.popFirst() {
      switch (character, isQuoted) {
      case ("\"", true) where rest.first == "\"": cell.append(rest.removeFirst())
      case ("\"", _): isQuoted.toggle()
      case (",", false), ("\n", false):
        rows[rows.count - 1].append(cell)
        cell = ""
        if character == "\n" { rows.append([]) }
      default: cell.append(character)
      }
    }
    return rows.filter { !$0.isEmpty }
  }

  @Test func csvHasARowForEachContender() throws {
    let rows = parsed(report.csv())
    try #require(rows.count == 5)
    #expect(Set(rows.map(\.count)).count == 1)
    let header = rows[0]
    func value(_ row: Int, _ column: String) throws -> String {
      rows[row][try #require(header.firstIndex(of: column))]
    }
    #expect(try value(1, "contender") == SampleReport.nasty)
    #expect(try value(2, "n") == "128")
    #expect(try value(4, "n") == "")
    #expect(try Double(value(1, "median_s")) == 1.1e-3)
    #expect(try Double(value(2, "maximum_s")) == 2.4e-3)
    #expect(try Double(value(1, "flops_per_s")) == report.suites[0].results[0].flopRate)
    #expect(try abs((Double(value(1, "tokens_per_s")) ?? 0) - 64 / 1.1e-3) < 1e-6)
    #expect(try value(1, "memory_allocated_bytes") == "1048576")
    #expect(try value(3, "hole") == "needs 4 GiB, has \"1 GiB\"")
    #expect(try value(3, "median_s") == "")
    #expect(try value(2, "warnings") == "wide spread: 20 %")
  }

  @Test func samplesCSVHasEverySample() throws {
    let rows = parsed(report.samplesCSV())
    #expect(rows.count == 7)
    #expect(
      rows[0].prefix(8)
        == ["suite", "contender", "task", "n", "cycle", "turn", "start_s", "seconds"])
    #expect(Set(rows.map(\.count)).count == 1)
    let found = rows.dropFirst().filter { $0[3] == "128" }.compactMap { Double($0[7]) }
    #expect(found == report.suites[0].results[1].samples.map(\.seconds))
  }

  @Test func emptyReportsAreWritten() {
    let empty = Report(program: "bench", arguments: [], context: .current())
    #expect(parsed(empty.csv()).count == 1)
    #expect(parsed(empty.samplesCSV()).count == 1)
    #expect(empty.markdown().hasPrefix("# bench\n"))
    #expect(unbalanced(empty.html()) == nil)
  }

  @Test func markdownTablesAreWhole() throws {
    let text = report.markdown { suite, chart in "plots/\(suite.pictureName(chart)).svg" }
    // Every table's rows have as many cells as its heading.
    var expected: Int?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("| ") else {
        expected = nil
        continue
      }
      let cells = line.replacing("\\|", with: "").count { $0 == "|" } - 1
      #expect(cells == expected ?? cells, "\(line)")
      expected = cells
    }
    for piece in [
      "> **Warning:** INTERRUPTED", "## attention: what &lt;attention&gt; costs",
      "](<plots/attention-time.svg>)", "- a sentence with &lt;b&gt;",
      "```text\na  table\n1  2\n```",
      "### a step &lt;of&gt; base", "for&lt;ward&gt;", "| 1.10 ms |", "needs 4 GiB",
      "### counted \\| things", "| n^1.00 |", "> **Warning:** OTHER PROGRAMS took",
    ] { #expect(text.contains(piece), "\(piece)") }
    #expect(!text.contains("- 1  2"))
  }

  @Test func markdownDrawsWhatHasNoPicture() {
    #expect(report.markdown().contains("length n"))
    #expect(report.markdown().contains("┊ crossover at 100 (90.0 to 110)"))
  }

  /// The first tag that is not closed where it should be; nil when all are.
  func unbalanced(_ html: String) -> String? {
    var open: [Substring] = []
    var rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      rest = rest[start...].dropFirst()
      let tag = rest.prefix { $0 != ">" }
      let name = tag.prefix { !$0.isWhitespace && $0 != "/" || $0 == "/" && tag.first == "/" }
      rest = rest.dropFirst(tag.count)
      if name.hasPrefix("/") {
        guard open.popLast() == name.dropFirst() else { return String(tag) }
      } else if !["meta", "!DOCTYPE"].contains(name) && !tag.hasSuffix("/") {
        open.append(name)
      }
    }
    return open.last.map(String.init)
  }

  @Test func thePageIsSelfContainedAndEscaped() {
    let page = report.html(notes: ["no <gnuplot>"]) { _, chart in
      chart.name == "time" ? "<svg id=\"drawn\"></svg>" : nil
    }
    #expect(unbalanced(page) == nil)
    for forbidden in ["<script", "http:", "https:", "<link", "<img", "src=", "url(", "<b>c"] {
      #expect(!page.lowercased().contains(forbidden), "\(forbidden)")
    }
    for piece in [
      "<svg id=\"drawn\"></svg>", "no &lt;gnuplot&gt;", "what &lt;attention&gt; costs",
      "&lt;script&gt;alert(1)&lt;/script&gt;", "INTERRUPTED", "OTHER PROGRAMS took &lt;much&gt;",
      "for&lt;ward&gt;", "--share:40.00%", "<pre>a  table\n1  2</pre>", "1.10 ms",
      "needs 4 GiB, has &quot;1 GiB&quot;", "1.00 ms · 1.10 ms · 1.20 ms", "counted | things",
      "prefers-color-scheme: dark", "width=device-width", "download=\"samples.csv\"",
    ] { #expect(page.contains(piece), "\(piece)") }
    let data = page.split(separator: "data:text/csv;base64,")[1].prefix { $0 != "\"" }
    #expect(Data(base64Encoded: String(data)) == Data(report.csv().utf8))
  }

  @Test func thePageDrawsWhatHasNoPicture() {
    let page = report.html()
    #expect(unbalanced(page) == nil)
    #expect(page.contains("<pre class=\"plot\">"))
    #expect(page.contains("┊ crossover at 100"))
  }

  @Test func aFolderHasEverything() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("report-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let lines = try ReportFolder(folder.path, gnuplot: nil).write(report)
    #expect(lines.count == 1 && lines[0].contains(folder.path))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(
      files == ["report.html", "report.json", "report.md", "results.csv", "samples.csv"])
    func text(_ name: String) throws -> String {
      try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }
    #expect(try text("results.csv") == report.csv())
    #expect(try text("report.html") == report.html())
    #expect(try Report(json: Data(text("report.json").utf8)).json() == report.json())
  }

  @Test func aFolderThatCannotBeMadeIsNamed() {
    let error = #expect(throws: ReportError.self) {
      try ReportFolder("/dev/null/nope", gnuplot: nil).write(report)
    }
    #expect(error?.description.contains("/dev/null/nope") == true)
  }
}

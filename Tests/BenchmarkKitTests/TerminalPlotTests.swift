import BenchmarkKit
import Foundation
import Testing

@Suite struct TerminalPlotTests {
  func chart(
    _ points: [(Double, Double)], isLogarithmic: Bool = false, unit: String = "s",
    name: String = "one"
  ) -> Chart {
    Chart(
      name: "c", title: "heading",
      xAxis: ChartAxis("length", isLogarithmic: isLogarithmic),
      yAxis: ChartAxis("time", unit: unit, isLogarithmic: isLogarithmic),
      series: [ChartSeries(name, points: points.map { ChartSeries.Point(x: $0.0, y: $0.1) })])
  }

  /// Rows and columns of a character in the plotting area, from left to right.
  func places(_ glyph: Character, _ lines: [String]) -> [(column: Int, row: Int)] {
    let area = lines.enumerated().filter { $1.contains { "│┤|".contains($0) } }
    return area.flatMap { row, line in
      line.enumerated().filter { $1 == glyph }.map { (column: $0.offset, row: row) }
    }.sorted { $0.column < $1.column }
  }

  /// Points of y = x lie on the diagonal, points of a power law on a line when both axes are logarithmic.
  @Test(arguments: [false, true])
  func pointsLieWhereTheirValuesSay(isLogarithmic: Bool) throws {
    let points = (0...6).map { step -> (Double, Double) in
      let x = isLogarithmic ? 64 * pow(2, Double(step)) : Double(step)
      return (x, isLogarithmic ? 1e-9 * x * x : x)
    }
    let lines = TerminalPlot(width: 70, height: 25)
      .lines(chart(points, isLogarithmic: isLogarithmic))
    let found = places("●", lines)
    try #require(found.count == 7)
    let (first, last) = (found[0], found[6])
    #expect(last.column - first.column > 50 && first.row - last.row > 19)
    for (step, place) in found.enumerated() {
      let share = Double(step) / 6
      let column = Double(first.column) + share * Double(last.column - first.column)
      let row = Double(first.row) + share * Double(last.row - first.row)
      #expect(abs(Double(place.column) - column) <= 1 && abs(Double(place.row) - row) <= 1)
    }
  }

  /// A point at the value of a tick stands in the row of its label.
  @Test func ticksStandAtTheirValues() throws {
    let lines = TerminalPlot(width: 60, height: 21).lines(
      chart([(64, 1e-5), (128, 1e-4), (256, 1e-3), (512, 1e-2)], isLogarithmic: true))
    for (place, label) in zip(places("●", lines), ["10 µs", "100 µs", "1 ms", "10 ms"]) {
      #expect(lines[place.row].contains("\(label) ┤"))
    }
    let axis = try #require(lines.first { $0.contains("┬") })
    let labels = try #require(lines.first { $0.contains("512") })
    for size in ["64", "128", "256", "512"] { #expect(labels.contains(size)) }
    let columns = axis.enumerated().filter { $1 == "┬" }.map(\.offset)
    #expect(columns == places("●", lines).map(\.column))
  }

  /// Lengths are known by their digits, also with a unit; rates of ten thousand are not.
  @Test func sizesAreTicks() throws {
    let points = [4096.0, 8192, 16384, 32768].map { ChartSeries.Point(x: $0, y: 2 * $0) }
    let chart = Chart(
      name: "c", title: "c", xAxis: ChartAxis("length", unit: "tokens", isLogarithmic: true),
      yAxis: ChartAxis("rate", unit: "tokens/s", isLogarithmic: true),
      series: [ChartSeries("one", points: points)])
    let lines = TerminalPlot(width: 90).lines(chart)
    let labels = try #require(lines.first { $0.contains("16384") })
    #expect(labels.split(separator: " ") == ["4096", "8192", "16384", "32768"])
    #expect(lines.contains { $0.contains("20 k ┤") })
  }

  @Test(arguments: [
    ("s", 0.05, "time, ms", "40"), ("B", 3e9, "time, GB", "2.5"),
    ("tokens/s", 30_000, "time, tokens/s", "20 k"),
    ("GFLOP/s", 30_000, "time, GFLOP/s", "20000"), ("", 0.9, "time", "0.6"),
    ("%", 90, "time, %", "60"),
  ])
  func linearAxesHaveOneUnit(unit: String, largest: Double, title: String, tick: String) {
    let lines = TerminalPlot(height: 24).lines(chart([(1, largest / 3), (2, largest)], unit: unit))
    #expect(lines.contains { $0.trimmingCharacters(in: .whitespaces) == title }, "\(lines)")
    #expect(lines.contains { $0.contains("\(tick) ┤") }, "\(lines.joined(separator: "\n"))")
  }

  /// Zero is on a linear axis unless the values are far from it.
  @Test func zeroIsShownWhereItBelongs() {
    let near = TerminalPlot().lines(chart([(1, 2), (2, 9)], unit: ""))
    #expect(near.contains { $0.hasPrefix(" 0 ┤") || $0.hasPrefix("0 ┤") })
    let far = TerminalPlot().lines(chart([(1, 98), (2, 99)], unit: ""))
    #expect(!far.contains { $0.contains(" 0 ┤") || $0.hasPrefix("0 ┤") })
  }

  /// There is nothing between one thread and two, and nothing before the first.
  @Test func countsHaveWholeTicks() throws {
    let lines = TerminalPlot(width: 90).lines(chart([(1, 1.5), (2, 2.5), (3, 3)], unit: "x"))
    let labels = try #require(lines.last { $0.contains("2") && !$0.contains("┤") })
    #expect(labels.split(separator: " ") == ["1", "2", "3"])
  }

  @Test(arguments: [(24, 4), (60, 10), (120, 40)])
  func thePictureHasItsSize(size: (Int, Int)) {
    let lines = TerminalPlot(width: size.0, height: size.1).lines(SampleReport.chart)
    #expect(lines.count { $0.contains { "│┤".contains($0) } } == size.1)
    // The heading and a long name in the legend are not cut.
    let drawn = lines.dropFirst().prefix(size.1 + 4)
    #expect(drawn.allSatisfy { $0.count <= size.0 })
    #expect(lines.allSatisfy { $0.last != " " })
  }

  @Test func asciiIsASCII() {
    let plot = TerminalPlot(width: 60, height: 12, characters: .ascii)
    let lines = plot.lines(SampleReport.chart)
    #expect(lines.joined().allSatisfy { $0.isASCII })
    #expect(lines.joined().contains(".. n2"))
    #expect(lines.contains { $0.contains("100 us +") })
    #expect(plot.lines(Self.bars).joined().allSatisfy { $0.isASCII })
  }

  @Test(arguments: [SampleReport.chart, Self.bars])
  func coloursChangeNothingElse(chart: Chart) {
    var plot = TerminalPlot(width: 60, height: 12)
    let plain = plot.lines(chart)
    #expect(!plain.joined().contains("\u{1B}"))
    plot.isColored = true
    let colored = plot.lines(chart)
    #expect(colored.joined().contains("\u{1B}[38;5;32m"))
    let stripped = colored.map { $0.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") }
    #expect(stripped == plain)
  }

  static let bars = Chart(
    name: "parts", title: "parts", xAxis: ChartAxis("", categories: ["base", "tiny µ", "none"]),
    yAxis: ChartAxis("time", unit: "s"),
    series: [
      ChartSeries("attention", style: .bars, points: [.init(x: 0, y: 0.1), .init(x: 1, y: 0.05)]),
      ChartSeries("other", style: .bars, points: [.init(x: 0, y: 0.3), .init(x: 1, y: 0.05)]),
    ])

  @Test func barsStandOnOneAnother() throws {
    let lines = TerminalPlot(width: 80).lines(Self.bars)
    func row(_ name: String) throws -> String { try #require(lines.first { $0.hasPrefix(name) }) }
    let base = try row("base")
    let (first, second) = (base.count { $0 == "█" }, base.count { $0 == "▒" })
    #expect(abs(second - 3 * first) <= 2 && first > 8)
    let tiny = try row("tiny")
    #expect(abs(4 * tiny.count { "█▒".contains($0) } - first - second) <= 3)
    #expect(base.hasSuffix(" 400 ms") && tiny.hasSuffix(" 100 ms"))
    #expect(try row("none").hasSuffix("│"))
    #expect(lines.last == "█ attention   ▒ other")
  }

  @Test func pointsMayHaveLabels() {
    var chart = chart([(1, 1), (2, 2), (3, 3)])
    let points = chart.series[0].points
    let labelled = ChartSeries.Point(x: 2, y: 2, label: "middle")
    chart.series[0] = ChartSeries("one", style: .points, points: [points[0], labelled, points[2]])
    #expect(TerminalPlot().lines(chart).contains { $0.contains("● middle") })
  }

  /// A file gets no colours; which characters follows the locale, whose variables have an order.
  @Test(arguments: [
    (["LANG": "en_US.UTF-8"], true), (["LANG": "C"], false), ([:], true),
    (["LANG": "C", "LC_ALL": "de_DE.utf8"], true), (["LC_ALL": "POSIX", "LANG": "C.UTF-8"], false),
    (["LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"], true),
  ])
  func theEnvironmentDecides(environment: [String: String], isUnicode: Bool) throws {
    let file = try #require(FileHandle(forUpdatingAtPath: "/dev/null"))
    let plot = TerminalPlot.suited(to: file.fileDescriptor, environment: environment)
    #expect(!plot.isColored && plot.width == 78)
    #expect(plot.lines(SampleReport.chart).joined().contains("●") == isUnicode)
  }

  @Test func nothingToDrawIsSaid() {
    #expect(TerminalPlot().lines(chart([])) == ["heading", "(nothing to draw: no points)"])
    let negative = chart([(1, -1), (0, 5), (.nan, 1), (1, .infinity)], isLogarithmic: true)
    #expect(negative.isEmpty)
    #expect(TerminalPlot().lines(negative).count == 2)
    // One point has a place, and what cannot be shown beside it is left out.
    for isLogarithmic in [false, true] {
      let one = chart([(7, 3), (.nan, 2)], isLogarithmic: isLogarithmic)
      #expect(places("●", TerminalPlot().lines(one)).count == 1)
    }
  }
}

import BenchmarkKit
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct GnuplotTests {
  static let gnuplot = try? Gnuplot.find()

  /// A program that stands in for gnuplot.
  func fake(_ script: String) throws -> (folder: URL, gnuplot: Gnuplot) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnuplot-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent("gnuplot")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    return (folder, try Gnuplot.find(searchPath: "/nonexistent:\(folder.path)"))
  }

  @Test func absenceIsSaid() {
    let error = #expect(throws: GnuplotError.notFound(searched: "/nonexistent:/dev")) {
      try Gnuplot.find(searchPath: "/nonexistent:/dev")
    }
    #expect(error?.description.contains("apt-get install gnuplot-nox") == true)
    #expect(throws: GnuplotError.self) { try Gnuplot.find(searchPath: nil) }
  }

  @Test func failureHasItsMessage() throws {
    let (folder, gnuplot) = try fake("echo 'line 3: no such terminal' >&2; exit 3")
    defer { try? FileManager.default.removeItem(at: folder) }
    let error = #expect(throws: GnuplotError.self) {
      try gnuplot.picture(of: SampleReport.chart, as: .png)
    }
    #expect(
      error == .failed(chart: "time", status: 3, message: "line 3: no such terminal"))
    let silent = try fake("exit 0")
    defer { try? FileManager.default.removeItem(at: silent.folder) }
    #expect(throws: GnuplotError.failed(chart: "time", status: 0, message: "it wrote no picture")) {
      try silent.gnuplot.picture(of: SampleReport.chart, as: .svg)
    }
    #expect(throws: GnuplotError.self) {
      try Gnuplot(path: "/nonexistent/gnuplot").picture(of: SampleReport.chart, as: .svg)
    }
  }

  @Test func anEmptyChartIsNotDrawn() throws {
    let axis = ChartAxis("x")
    let empty = Chart(name: "e", title: "", xAxis: axis, yAxis: axis, series: [])
    #expect(throws: GnuplotError.nothingToDraw(chart: "e")) {
      try Gnuplot(path: "/nonexistent/gnuplot").picture(of: empty, as: .svg)
    }
  }

  /// The text of an XML document's elements; nil when it is not well-formed.
  func texts(_ data: Data) -> [String]? {
    final class Reader: NSObject, XMLParserDelegate {
      var texts: [String] = []
      var current = ""
      func parser(_ parser: XMLParser, foundCharacters string: String) { current += string }
      func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?,
        qualifiedName: String?
      ) {
        if name == "text" { texts.append(current.trimmingCharacters(in: .whitespacesAndNewlines)) }
        current = ""
      }
    }
    let reader = Reader()
    let parser = XMLParser(data: data)
    parser.delegate = reader
    return parser.parse() ? reader.texts : nil
  }

  @Test(.enabled(if: gnuplot != nil), arguments: [SampleReport.chart, TerminalPlotTests.bars])
  func picturesAreWhole(chart: Chart) throws {
    let gnuplot = try #require(Self.gnuplot)
    let png = try gnuplot.picture(of: chart, as: .png)
    #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]) && png.count > 5000)
    let texts = try #require(texts(try gnuplot.picture(of: chart, as: .svg)))
    func shown(_ text: String) -> String { text.replacing("'", with: "’") }
    #expect(texts.contains(shown(chart.title)))
    for series in chart.series { #expect(texts.contains(shown(series.name))) }
    for mark in chart.marks { #expect(texts.contains(mark.label)) }
    for category in chart.xAxis.categories { #expect(texts.contains(category)) }
    let isBars = !chart.xAxis.categories.isEmpty
    #expect(texts.contains(isBars ? "time, ms" : "length n"))
    #expect(texts.contains(isBars ? "300" : "100 µs"))
    #expect(isBars || texts.contains("here it is"))
  }

  /// Whatever a chart is called, gnuplot reads no command in it.
  @Test(.enabled(if: gnuplot != nil))
  func textIsNeverACommand() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("gnuplot-injected-\(UUID().uuidString)").path
    let attack = "'\nsystem 'touch \(file)'\n\"; `touch \(file)` \\\\ EOD\n%s {/Bold x}_2"
    let chart = Chart(
      name: attack, title: attack, xAxis: ChartAxis(attack, categories: [attack, attack]),
      yAxis: ChartAxis(attack, unit: attack),
      series: [ChartSeries(attack, style: .bars, points: [.init(x: 0, y: 1, label: attack)])],
      marks: [ChartMark(x: 0, label: attack)])
    let picture = try #require(Self.gnuplot).picture(of: chart, as: .svg)
    let title = attack.replacing("\n", with: " ").replacing("'", with: "’")
    #expect(try #require(texts(picture)).contains(title))
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  /// Where `text` of an SVG picture begins and ends, from the places that gnuplot gives it.
  func span(of text: String, in svg: String) throws -> (left: Double, right: Double, y: Double) {
    let place =
      #/translate\(([0-9.]+),([0-9.]+)\)"[^>]*text-anchor="(start|middle|end)">\s*<text>([^<]*)</#
    let match = try #require(svg.matches(of: place).first { $0.4 == text })
    let (x, y) = (try #require(Double(match.1)), try #require(Double(match.2)))
    let width = 9 * Double(text.count)
    let left = match.3 == "start" ? x : match.3 == "end" ? x - width : x - width / 2
    return (left, left + width, y)
  }

  /// Labels of points that lie close together do not cover one another.
  @Test(.enabled(if: gnuplot != nil))
  func labelsKeepOutOfEachOthersWay() throws {
    let names = ["feed-forward", "attention", "projections", "output", "embedding"]
    let chart = Chart(
      name: "roof", title: "roof", xAxis: ChartAxis("intensity", isLogarithmic: true),
      yAxis: ChartAxis("rate", isLogarithmic: true),
      series: [
        ChartSeries("roof", style: .guide, points: [.init(x: 1, y: 10), .init(x: 1000, y: 1000)]),
        ChartSeries(
          "parts", style: .points,
          points: names.enumerated().map {
            .init(x: 50 + Double($0), y: 60 + Double($0), label: $1)
          }),
      ])
    let picture = try #require(Self.gnuplot).picture(of: chart, as: .svg)
    let svg = String(decoding: picture, as: UTF8.self)
    let spans = try names.map { try span(of: $0, in: svg) }
    for (index, one) in spans.enumerated() {
      for other in spans[..<index] {
        let isBeside = one.left >= other.right || other.left >= one.right
        #expect(isBeside || abs(one.y - other.y) >= 15, "\(one) \(other)")
      }
    }
  }

  /// A legend in a corner where there is nothing, otherwise beside the plot.
  @Test(.enabled(if: gnuplot != nil))
  func theLegendCoversNothing() throws {
    func legendStart(_ ys: [Double]) throws -> Double {
      let axis = ChartAxis("n", isLogarithmic: false)
      let chart = Chart(
        name: "c", title: "c", xAxis: axis, yAxis: axis,
        series: ["first", "second"].map { name in
          ChartSeries(
            name, points: ys.enumerated().map { .init(x: Double($0), y: $1) })
        })
      let picture = try #require(Self.gnuplot).picture(of: chart, as: .svg)
      return try span(of: "second", in: String(decoding: picture, as: UTF8.self)).left
    }
    // Rising: top left is free. Falling: top right. In every corner: beside the plot, whose width is 780 pixels.
    #expect(try legendStart([0, 1, 2, 3]) < 300)
    #expect((400..<780).contains(try legendStart([3, 2, 1, 0])))
    #expect(try legendStart([0, 3, 0, 3, 0, 3, 0, 3]) > 780)
  }

  @Test(.enabled(if: gnuplot != nil))
  func inlinePicturesDoNotDisturbOneAnother() throws {
    let gnuplot = try #require(Self.gnuplot)
    func ids(_ text: String) -> [String] {
      text.matches(of: #/ id=['"]([^'"]*)/#).map { String($0.1) }
    }
    let first = try gnuplot.inlineSVG(of: SampleReport.chart, id: "one")
    let second = try gnuplot.inlineSVG(of: SampleReport.chart, id: "two")
    #expect(first.hasPrefix("<svg") && texts(Data(first.utf8)) != nil)
    #expect(Set(ids(first)).isDisjoint(with: ids(second)) && ids(first).count > 5)
    // What refers to a name refers to one of its own.
    for reference in first.matches(of: #/href=['"]#([^'"]*)/#) {
      #expect(ids(first).contains(String(reference.1)))
    }
    // Colours come from the page.
    for fixed in ["black", "rgb(", "#ffffff", "#FFFFFF"] { #expect(!first.contains(fixed)) }
    #expect(first.contains("var(--c0)"))
    #expect(!first.contains(SampleReport.chart.title))
  }

  @Test(.enabled(if: gnuplot != nil))
  func aFolderHasThePictures() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("report-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let lines = try ReportFolder(folder.path).write(SampleReport.report)
    #expect(lines.count == 2 && lines[1].contains("2 files"))
    let plots = folder.appendingPathComponent("plots").path
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: plots).sorted()
        == ["attention-time.png", "attention-time.svg"])
    let page = try String(contentsOf: folder.appendingPathComponent("report.html"), encoding: .utf8)
    #expect(page.contains("<svg role=\"img\""))
  }

  @Test func aFolderSaysWhatWasNotDrawn() throws {
    let (tools, gnuplot) = try fake("echo 'out of ink' >&2; exit 1")
    let folder = tools.appendingPathComponent("report")
    defer { try? FileManager.default.removeItem(at: tools) }
    let lines = try ReportFolder(folder.path, gnuplot: gnuplot).write(SampleReport.report)
    #expect(lines.last == "no picture of time: gnuplot ended with status 1: out of ink")
    let page = try String(contentsOf: folder.appendingPathComponent("report.html"), encoding: .utf8)
    #expect(page.contains("out of ink") && page.contains("<pre class=\"plot\">"))
  }
}

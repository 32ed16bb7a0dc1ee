import Foundation

/// A folder with everything that is made from a report: `report.json`, `report.html`, `report.md`, `results.csv`,
/// `samples.csv`, and in `plots` the charts as SVG and PNG where gnuplot is installed.
public struct ReportFolder {
  /// Where the files go; it is made when it does not exist.
  public let path: String
  /// What draws the charts; nil: characters only.
  public let gnuplot: Gnuplot?
  private let missing: String?

  /// A folder, and the gnuplot of the search path if there is one.
  public init(_ path: String) {
    self.path = path
    do {
      gnuplot = try Gnuplot.find()
      missing = nil
    } catch {
      gnuplot = nil
      missing = "\(error)"
    }
  }

  /// A folder and what draws its charts.
  public init(_ path: String, gnuplot: Gnuplot?) {
    self.path = path
    self.gnuplot = gnuplot
    missing = nil
  }

  /// Writes all files, each replaced as a whole.
  ///
  /// - Returns: lines that say where they are and what could not be drawn, and why.
  /// - Throws: `ReportError` when a file cannot be written.
  public func write(_ report: Report) throws -> [String] {
    var problems: [String] = []
    var pictures: [String: [String]] = [:]
    let charts = report.suites.flatMap { suite in suite.charts.map { (suite, $0) } }
    if let gnuplot, charts.contains(where: { !$0.1.isEmpty }) {
      try makeFolder(path + "/plots")
      for (suite, chart) in charts where !chart.isEmpty {
        let name = suite.pictureName(chart)
        do {
          for format in Gnuplot.Format.allCases {
            let file = "plots/\(name).\(format.rawValue)"
            let picture = try gnuplot.picture(of: chart, as: format)
            try FileReplacement.write(picture, to: "\(path)/\(file)")
            pictures[name, default: []].append(file)
          }
        } catch let error as GnuplotError {
          problems.append(error.description)
        }
      }
    } else {
      try makeFolder(path)
      if !charts.isEmpty, let missing { problems.append(missing) }
    }
    try report.write(to: path + "/report.json")
    try write(report.csv(), "results.csv")
    try write(report.samplesCSV(), "samples.csv")
    try write(
      report.markdown { suite, chart in pictures[suite.pictureName(chart)]?.first }, "report.md")
    let page = report.html(notes: problems) { suite, chart in
      let name = suite.pictureName(chart)
      return pictures[name] == nil ? nil : try? gnuplot?.inlineSVG(of: chart, id: name)
    }
    try write(page, "report.html")
    var lines = ["report    \(path)/report.html (and .md, .json), results.csv, samples.csv"]
    let count = pictures.values.reduce(0) { $0 + $1.count }
    if count > 0 { lines.append("plots     \(path)/plots, \(count) files") }
    return lines + problems
  }

  private func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw ReportError.cannotWrite(path: path, reason: error.localizedDescription)
    }
  }

  private func write(_ text: String, _ name: String) throws {
    try FileReplacement.write(Data(text.utf8), to: "\(path)/\(name)")
  }
}

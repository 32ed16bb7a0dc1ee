/// The results of one suite.
public struct SuiteReport: Codable, Sendable {
  /// The word on the command line.
  public let name: String
  /// The heading.
  public let title: String
  /// How it was measured, what a run contains and what is excluded from the time.
  public let method: [String]
  /// How long and how often it was measured.
  public let options: RunnerOptions?
  /// Single numbers.
  public var quantities: [Quantity]
  /// What the table of the results shows beside names and sizes.
  public var columns: [ResultColumn]
  /// What was measured of each contender, holes included.
  public var results: [ContenderResult]
  /// How series grow.
  public var fits: [SeriesFit]
  /// Further tables, such as one that counts what was not timed.
  public var tables: [TextTable]
  /// What is worth drawing.
  public var charts: [Chart]
  /// Where time went, part by part.
  public var breakdowns: [Breakdown]
  /// What the numbers say, in sentences.
  public var findings: [String]
  /// What makes the numbers doubtful.
  public var warnings: [String]
  /// Whether it was measured to its end.
  public var isComplete: Bool

  /// A report; everything but the name and title can be added later.
  public init(
    name: String, title: String, method: [String] = [], options: RunnerOptions? = nil,
    quantities: [Quantity] = [], columns: [ResultColumn] = [.median, .interval, .samples],
    results: [ContenderResult] = [], fits: [SeriesFit] = [], tables: [TextTable] = [],
    charts: [Chart] = [], breakdowns: [Breakdown] = [],
    findings: [String] = [], warnings: [String] = [],
    isComplete: Bool = true
  ) {
    self.name = name
    self.title = title
    self.method = method
    self.options = options
    self.quantities = quantities
    self.columns = columns
    self.results = results
    self.fits = fits
    self.tables = tables
    self.charts = charts
    self.breakdowns = breakdowns
    self.findings = findings
    self.warnings = warnings
    self.isComplete = isComplete
  }
}

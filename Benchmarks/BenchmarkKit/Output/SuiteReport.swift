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
  /// What was measured of each contender, holes included.
  public var results: [ContenderResult]
  /// How series grow.
  public var fits: [SeriesFit]
  /// What is worth drawing.
  public var charts: [Chart]
  /// Where time went, part by part.
  public var breakdowns: [Breakdown]
  /// What the numbers say, in sentences.
  public var findings: [String]
  /// What makes the numbers doubtful.
  public var warnings: [String]

  /// A report; everything but the name and title can be added later.
  public init(
    name: String, title: String, method: [String] = [], options: RunnerOptions? = nil,
    quantities: [Quantity] = [], results: [ContenderResult] = [], fits: [SeriesFit] = [],
    charts: [Chart] = [], breakdowns: [Breakdown] = [],
    findings: [String] = [], warnings: [String] = []
  ) {
    self.name = name
    self.title = title
    self.method = method
    self.options = options
    self.quantities = quantities
    self.results = results
    self.fits = fits
    self.charts = charts
    self.breakdowns = breakdowns
    self.findings = findings
    self.warnings = warnings
  }
}

/// The results of one suite.
public struct SuiteReport: Codable, Sendable {
  public let name: String
  public let title: String
  /// How it was measured, what a run contains and what is excluded from the time.
  public let method: [String]
  public let options: RunnerOptions?
  public var quantities: [Quantity]
  public var results: [ContenderResult]
  public var fits: [SeriesFit]
  /// What the numbers say, in sentences.
  public var findings: [String]
  /// What makes the numbers doubtful.
  public var warnings: [String]

  public init(
    name: String, title: String, method: [String] = [], options: RunnerOptions? = nil,
    quantities: [Quantity] = [], results: [ContenderResult] = [], fits: [SeriesFit] = [],
    findings: [String] = [], warnings: [String] = []
  ) {
    self.name = name
    self.title = title
    self.method = method
    self.options = options
    self.quantities = quantities
    self.results = results
    self.fits = fits
    self.findings = findings
    self.warnings = warnings
  }
}

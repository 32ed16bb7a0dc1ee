/// Why there is no picture.
public enum GnuplotError: Error, Equatable, CustomStringConvertible {
  /// The program is in no folder of the search path.
  case notFound(searched: String)
  /// The program could not be started, or its files could not be written.
  case cannotStart(path: String, reason: String)
  /// The program gave up; with what it said.
  case failed(chart: String, status: Int32, message: String)
  /// The chart has no point that its axes can show.
  case nothingToDraw(chart: String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .notFound(let searched):
      "no pictures: there is no gnuplot on PATH (\(searched)); with it (Debian: apt-get install "
        + "gnuplot-nox) there are SVG and PNG files"
    case .cannotStart(let path, let reason):
      "no picture: \(path) could not be run: \(reason)"
    case .failed(let chart, let status, let message):
      "no picture of \(chart): gnuplot ended with status \(status): \(message)"
    case .nothingToDraw(let chart):
      "no picture of \(chart): no point of it can be shown on its axes"
    }
  }
}

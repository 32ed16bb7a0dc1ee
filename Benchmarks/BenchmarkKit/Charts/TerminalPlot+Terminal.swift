public import Foundation

extension TerminalPlot {
  /// A way of drawing that suits where the text goes: as wide as a terminal (up to 100 characters), in colour on one
  /// unless `NO_COLOR` is set or it is a dumb one, and with Unicode where the environment promises UTF-8.
  ///
  /// - Parameters:
  ///   - descriptor: a file, standard output unless said otherwise; one that is no terminal gets 78 characters without colour.
  ///   - environment: the process's variables.
  public static func suited(
    to descriptor: Int32 = 1,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> TerminalPlot {
    // The first that is set decides (POSIX, "Environment Variables").
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let isUnicode = locale.map {
      $0.lowercased().contains("utf-8") || $0.lowercased().contains("utf8")
    }
    var plot = TerminalPlot(characters: isUnicode == true ? .unicode : .ascii)
    guard isatty(descriptor) == 1 else {
      // A file is read with something that knows UTF-8, unless the environment says otherwise.
      plot.characters = isUnicode == false ? .ascii : .unicode
      return plot
    }
    plot.isColored = environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    var size = winsize()
    if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      plot.width = min(100, max(24, Int(size.ws_col) - 1))
    }
    return plot
  }
}

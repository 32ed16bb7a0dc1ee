extension Arguments {
  static var help: String {
    let width = allSuites.map(\.name.count).max() ?? 0
    let suites = allSuites.map { suite in
      let padding = String(repeating: " ", count: width - suite.name.count)
      return "  \(suite.name)\(padding)  \(suite.summary)"
    }
    return """
      usage: bench [options] [suite ...]
             bench --resume RUN
             bench compare OLD NEW [--threshold 5%]
             bench report REPORT [--output FOLDER]

      Measures this machine and what the library makes of it. Without a suite, those run that take
      a minute or less. A debug build replaces itself by `swift run -c release bench` with the same
      arguments.

      suites (machine always runs first, because the others are compared with its ceiling):
      \(suites.joined(separator: "\n"))

      options:
        --quick          fewer samples and smaller sizes, to see whether everything works
        --full           longer sequences, more samples: for minutes
        --filter REGEX   only contenders whose `suite name task n=1024` has a match
        --sweep n=64,128 vary a size of the suite sweep: n, d, h, B or layers; n=64..512 doubles;
                         several --sweep options give every combination
        --output FOLDER  where the report goes (default: Runs/bench/<date>)
        --json FILE      the report alone, raw samples included
        --seed N         seed of inputs, order and resampling (default: 1)
        --threads N      threads of the pool (default: what the library chooses)
        --cold           drive everything out of the caches before every turn
        --resume RUN     go on with an interrupted run: its folder or its report
        --save-baseline NAME  keep the report under a name
        --baseline NAME  compare with the report of that name, or with a file, at the end
        --threshold 5%   what a median must differ by to count as slower or faster
        --dry-run        what would be measured, and how long it takes at most
        --list           the suites, one a line
        --help           this text

      Ctrl-C ends the run and keeps what was measured, for --resume; a second one ends it at once.
      Exit status: 0 done, 1 something failed or was interrupted, 2 wrong arguments, 3 slower than
      the baseline (or than OLD), or no longer measured.
      """
  }
}

import AttentionKit
import Foundation

extension Command {
  static let average = Command(
    name: "average", summary: "average the weights of checkpoints", words: "[CHECKPOINT ...]",
    wordCount: 0...1000,
    details: """
      Writes a checkpoint whose weights are the mean of others': of the ones that are given, or of the last of a
      run that keeps them (training.keepLast).
      """,
    options: [
      .init("--output", "DIR", "the checkpoint to write (required)"),
      .init("--run", "DIR", "a run's folder, instead of checkpoints"),
      .init(
        "--last", "N", "with --run: so many of the last checkpoints (default: all that it kept)"),
    ],
    run: { arguments in
      let output = try arguments.required("--output")
      var paths = arguments.words
      if let run = arguments["--run"] {
        if !paths.isEmpty { throw UsageError("expected --run or checkpoints, found both") }
        let kept = RecentCheckpoints(folder: run + "/checkpoints", count: 0)
        let steps = try kept.steps()
        let count = try arguments.positiveInteger("--last") ?? steps.count
        if steps.count < count || steps.isEmpty {
          throw TrainingError.checkpoint(
            path: kept.folder,
            problem:
              "expected \(max(1, count)) checkpoints, found \(steps.count); set training.keepLast")
        }
        paths = steps.suffix(count).map { kept.path(step: $0) }
      }
      if paths.isEmpty { throw UsageError("expected --run or at least one checkpoint") }
      try Checkpoint.writeAverage(of: paths.map { try Checkpoint(contentsOf: $0) }, to: output)
      Command.say("the mean of \(paths.count) checkpoints is in \(output)")
    })
}

import AttentionKit
import Foundation
import TestSupport
import Testing

@Suite struct ProgressReporterTests {
  private static func log(step: Int, total: Int, remaining: Double) throws -> TrainingLog {
    let text = """
      {"step":\(step),"totalSteps":\(total),"epoch":2,"loss":1.23456,"perplexity":3.14159,
      "learningRate":0.00123,"gradientNorm":0.789,"sourceTokensPerSecond":1234.9,
      "targetTokensPerSecond":987.1,"paddingShare":0.0625,"elapsedSeconds":5,
      "remainingSeconds":\(remaining)}
      """
    return try JSONDecoder().decode(TrainingLog.self, from: Data(text.utf8))
  }

  @Test func aLineSaysEverything() throws {
    let text = ProgressReporter.text(try Self.log(step: 50, total: 200, remaining: 75.4))
    #expect(
      text == "step 50/200 epoch 2  loss 1.2346  ppl 3.14  lr 1.23e-03  norm 0.79"
        + "  src 1234/s  tgt 987/s  padding 6.2 %  left 1:15")
  }

  @Test(arguments: [
    (0.4, "0:00"), (59.6, "1:00"), (3599, "59:59"), (3600, "1:00:00"), (90_061, "25:01:01"),
    (1e12, "?"),
  ])
  func timeLeft(_ seconds: Double, _ expected: String) throws {
    let text = ProgressReporter.text(try Self.log(step: 1, total: 2, remaining: seconds))
    #expect(text.hasSuffix("left \(expected)"), "\(text)")
  }

  @Test func plainLinesWhereThereIsNoTerminal() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
    ) {
      let reporter = ProgressReporter()
      reporter.show("begin")
      reporter.show(try Self.log(step: 1, total: 2, remaining: 1))
      reporter.show(try Self.log(step: 2, total: 2, remaining: 0))
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(!text.contains("\u{1B}") && !text.contains("\r"))
    let lines = text.split(separator: "\n").suffix(3)
    #expect(lines.map { $0.prefix(8) } == ["begin", "step 1/2", "step 2/2"], "\(text)")
    #expect(text.hasSuffix("\n"))
    #expect(!String(decoding: result!.standardOutputContent, as: UTF8.self).contains("step"))
  }

  /// On a terminal a log overwrites the one before it, and only the last ends its line.
  @Test func aBarOnATerminal() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      let reporter = ProgressReporter(isTerminal: true)
      for step in [0, 1, 2] {
        reporter.show(try Self.log(step: step, total: 2, remaining: 1))
      }
      reporter.show("end")
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    let pieces = text.split(separator: "\r\u{1B}[K").suffix(4)
    #expect(
      pieces.map { $0.prefix(18) } == [
        "[················]", "[████████········]", "[████████████████]", "end\n",
      ], "\(text)")
    #expect(pieces.map { $0.filter { $0 == "\n" }.count } == [0, 0, 1, 1])
  }

  /// Nobody reads, or the disk that standard error goes to is full: training goes on.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func whereNothingCanBeWritten() async {
    await #expect(processExitsWith: .exitCode(7)) {
      dup2(open("/dev/full", O_WRONLY), STDERR_FILENO)
      ProgressReporter().show("begin")
      close(STDERR_FILENO)
      ProgressReporter().show("begin")
      exit(7)
    }
  }
}

import AttentionKit
import Foundation
import TestSupport
import Testing

/// Sends a signal to this process and waits until it came. (`raise` would send it to this thread alone, and
/// threads of a pool take none.)
private func interrupt(_ number: Int32) {
  kill(getpid(), number)
  for _ in 0..<1000 where !InterruptFlag.isRaised { usleep(10_000) }
}

/// Signals are for a whole process, so each test has one of its own.
@Suite struct InterruptTests {
  @Test(arguments: [SIGINT, SIGTERM])
  func theFirstSignalIsRemembered(_ number: Int32) async {
    await #expect(processExitsWith: .success) { [number = number as Int32] in
      InterruptFlag.install()
      if InterruptFlag.isRaised { exit(3) }
      interrupt(number)
      exit(InterruptFlag.isRaised ? 0 : 4)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func theSecondEndsTheProcess(_ number: Int32) async {
    await #expect(processExitsWith: .signal(number)) { [number = number as Int32] in
      InterruptFlag.install()
      interrupt(number)
      kill(getpid(), number)
      sleep(10)
    }
  }

  /// The trainer finishes the step it is in, saves, and says that it was interrupted.
  @Test func trainingSavesAndEnds() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/last"
    await #expect(processExitsWith: .success) { [path = path as String] in
      let trainer = try Trainer(
        model: try smallTransformer(seed: 1), modelDimension: 6,
        configuration: quickConfiguration(steps: 100), source: ShuffledBatches())
      InterruptFlag.install()
      trainer.onLog = { if $0.step == 3 { interrupt(SIGINT) } }
      trainer.onCheckpoint = {
        try Checkpoint.write(
          to: path, model: trainer.model, configuration: .null, optimizer: trainer.optimizer,
          state: trainer.state)
      }
      let outcome = try trainer.run()
      exit(outcome == .interrupted && trainer.state.step == 3 ? 0 : 3)
    }
    let checkpoint = try Checkpoint(contentsOf: path)
    #expect(try checkpoint.state().step == 3)
    let trainer = try Trainer(
      model: try smallTransformer(seed: 2), modelDimension: 6,
      configuration: quickConfiguration(steps: 4), source: ShuffledBatches())
    try trainer.resume(from: checkpoint)
    #expect(try trainer.run() == .finished)
    #expect(trainer.optimizer.step == 4)
  }
}

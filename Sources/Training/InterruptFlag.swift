import Foundation
import Synchronization

/// Ctrl-C as a question that a loop can ask: the first interrupt is remembered, so that the loop can save and
/// end; a second one ends the program at once.
public enum InterruptFlag {
  private static let raised = Atomic<Bool>(false)

  /// Begins to catch SIGINT, SIGTERM and SIGHUP, which a terminal sends when it closes; SIGHUP not where it is
  /// ignored already, which is what `nohup` does.
  public static func install() {
    // Made now, because a handler may not make it.
    _ = isRaised
    for signalNumber in [SIGINT, SIGTERM, SIGHUP] {
      if signalNumber == SIGHUP && isIgnored(SIGHUP) { continue }
      signal(signalNumber) { number in
        InterruptFlag.raised.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    // There is no asking without setting that looks the same on all systems.
    let handler = signal(number, SIG_IGN)
    _ = signal(number, handler)
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  /// Whether an interrupt came.
  public static var isRaised: Bool { raised.load(ordering: .relaxed) }
}

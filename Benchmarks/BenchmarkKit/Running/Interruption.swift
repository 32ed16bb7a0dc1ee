import Foundation

/// Tells whether the user pressed Ctrl-C, so that a run can stop and keep what it has.
public enum Interruption {
  // A signal handler may only write to memory that already exists, hence the allocation.
  nonisolated(unsafe) private static let flag = {
    let flag = UnsafeMutablePointer<sig_atomic_t>.allocate(capacity: 1)
    flag.initialize(to: 0)
    return flag
  }()

  /// Catches the first Ctrl-C. The second one ends the program as usual.
  public static func install() {
    flag.pointee = 0
    // A program started from a thread that blocks signals inherits that.
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupt, nil)
    signal(SIGINT) { _ in
      Interruption.flag.pointee = 1
      signal(SIGINT, SIG_DFL)
    }
  }

  /// Whether Ctrl-C was pressed since `install()`.
  public static var isRequested: Bool { flag.pointee != 0 }
}

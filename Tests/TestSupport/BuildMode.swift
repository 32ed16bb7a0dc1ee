/// Whether this is a release build, for tests that take too long without optimisation.
public let isReleaseBuild: Bool = {
  #if DEBUG
    false
  #else
    true
  #endif
}()

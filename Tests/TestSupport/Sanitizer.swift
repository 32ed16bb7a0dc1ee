import Foundation
public import Testing

/// Whether this is a build with ThreadSanitizer.
public let hasThreadSanitizer = dlsym(nil, "__tsan_init") != nil

/// Whether this is a build with a sanitizer, which needs memory of its own and holds back what is freed.
public let hasSanitizer = hasThreadSanitizer || dlsym(nil, "__asan_init") != nil

extension Trait where Self == ConditionTrait {
  /// A test of how much memory something takes. With a sanitizer it would measure that.
  public static var measuresMemory: ConditionTrait {
    .disabled(if: hasSanitizer, "a sanitizer needs memory of its own")
  }
}

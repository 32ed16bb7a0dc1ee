import Foundation
public import Testing

/// Whether this is a build with a sanitizer, which needs memory of its own and holds back what is freed.
public let hasSanitizer = ["__asan_init", "__tsan_init"].contains { (name: String) in
  dlsym(nil, name) != nil
}

extension Trait where Self == ConditionTrait {
  /// A test of how much memory something takes. With a sanitizer it would measure that.
  public static var measuresMemory: ConditionTrait {
    .disabled(if: hasSanitizer, "a sanitizer needs memory of its own")
  }
}

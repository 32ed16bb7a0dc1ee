import Foundation

/// How large the processor's caches are, as Linux tells.
public enum CacheSize {
  /// Bytes of the largest cache of the first core; 32 MiB where the system does not say.
  public static var lastLevel: Int {
    let sizes = (0..<8).compactMap { index -> Int? in
      ProcessFile.line("/sys/devices/system/cpu/cpu0/cache/index\(index)/size").flatMap(bytes)
    }
    return sizes.max() ?? 32 << 20
  }

  /// `32768K` in bytes.
  static func bytes(_ text: String) -> Int? {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    guard let last = text.last else { return nil }
    guard let unit = units[last] else { return Int(text) }
    return Int(text.dropLast()).map { $0 * unit }
  }
}

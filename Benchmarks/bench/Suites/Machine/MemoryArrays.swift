import BenchmarkKit
import Foundation
import Kernels

/// Three arrays that no cache holds, and what is timed on them.
final class MemoryArrays {
  /// What a thread does with its part of the arrays; the names and counts of STREAM (McCalpin 1995).
  enum Kernel: String, CaseIterable {
    /// The sum of a.
    case read
    /// b = a
    case copy
    /// c = a + 3 b
    case triad

    /// Arrays that it reads or writes. That a processor reads what it is about to overwrite is not counted.
    var arrayCount: Int {
      switch self {
      case .read: 1
      case .copy: 2
      case .triad: 3
      }
    }
  }

  private typealias Vector = SIMD8<Float>
  private let a: FloatBuffer
  private let b: FloatBuffer
  private let c: FloatBuffer

  /// Elements of each array: four times the largest cache, 128 MiB at the least, and not a large part of the memory.
  static var count: Int {
    let bytes = max(4 * CacheSize.lastLevel, 128 << 20)
    let limit = Int(ProcessInfo.processInfo.physicalMemory / 16)
    return min(bytes, limit, 1 << 30) / 4 / 1024 * 1024
  }

  init() {
    (a, b, c) = (
      FloatBuffer(zeroCount: MemoryArrays.count), FloatBuffer(zeroCount: MemoryArrays.count),
      FloatBuffer(zeroCount: MemoryArrays.count)
    )
    for index in 0..<a.count { a.pointer[index] = Float(index & 7) }
  }

  /// One pass, with as many threads as the pool has.
  func run(_ kernel: Kernel) {
    ThreadPool.forEachRange(of: a.count, grain: 1 << 18) { range in
      let vectors = range.lowerBound / 8..<range.upperBound / 8
      switch kernel {
      case .read: blackHole(MemoryArrays.sum(vector(a), vectors))
      case .copy: MemoryArrays.copy(vector(a), vector(b), vectors)
      case .triad: MemoryArrays.triad(vector(a), vector(b), vector(c), vectors)
      }
    }
  }

  /// Compares some elements with what a pass must leave there.
  func check(_ kernel: Kernel) throws {
    run(kernel)
    for index in stride(from: 0, to: a.count, by: 99_991) {
      let (found, expected) =
        switch kernel {
        case .read: (a.pointer[index], Float(index & 7))
        case .copy: (b.pointer[index], a.pointer[index])
        case .triad: (c.pointer[index], a.pointer[index] + 3 * b.pointer[index])
        }
      guard found == expected else {
        throw CheckFailure("element \(index) is \(found), expected \(expected)")
      }
    }
  }

  private func vector(_ buffer: FloatBuffer) -> UnsafeMutablePointer<Vector> {
    UnsafeMutableRawPointer(buffer.pointer).assumingMemoryBound(to: Vector.self)
  }

  /// Four sums at a time, so that the additions do not wait for one another; a memory that keeps up with that is what is
  /// measured.
  private static func sum(_ a: UnsafePointer<Vector>, _ range: Range<Int>) -> Float {
    var sums = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    for index in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      sums.0 += a[index]
      sums.1 += a[index + 1]
      sums.2 += a[index + 2]
      sums.3 += a[index + 3]
    }
    return (sums.0 + sums.1 + sums.2 + sums.3).sum()
  }

  private static func copy(
    _ a: UnsafePointer<Vector>, _ b: UnsafeMutablePointer<Vector>, _ range: Range<Int>
  ) {
    for index in range { b[index] = a[index] }
  }

  private static func triad(
    _ a: UnsafePointer<Vector>, _ b: UnsafePointer<Vector>, _ c: UnsafeMutablePointer<Vector>,
    _ range: Range<Int>
  ) {
    for index in range { c[index] = a[index] + b[index] * 3 }
  }
}

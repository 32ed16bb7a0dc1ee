internal import Kernels

/// A dense array of 32-bit floats in row-major order, with value semantics.
///
/// Copies share memory until one of them is written to. The memory comes from a pool, so making a tensor
/// costs little.
public struct Tensor: @unchecked Sendable {
  // `@unchecked`: the storage is only written through `mutablePointer`, after making it unique.
  final class Storage {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int

    init(count: Int) {
      self.count = count
      pointer = BufferPool.allocate(count)
    }

    deinit { BufferPool.release(pointer) }
  }

  private var storage: Storage
  /// The dimensions.
  public let shape: Shape

  private init(storage: Storage, shape: Shape) {
    self.storage = storage
    self.shape = shape
  }

  /// A tensor whose elements are not set yet. Write all of them before reading any.
  public init(uninitialized shape: Shape) {
    self.init(storage: Storage(count: shape.elementCount), shape: shape)
  }

  /// A tensor filled with one value.
  public init(repeating value: Float, shape: Shape) {
    self.init(uninitialized: shape)
    storage.pointer.update(repeating: value, count: shape.elementCount)
  }

  /// A tensor with the given elements in row-major order. Their number must fit the shape.
  public init(_ scalars: [Float], shape: Shape) {
    if scalars.count != shape.elementCount {
      fatalError("Tensor: \(scalars.count) scalars do not fill the shape \(shape)")
    }
    self.init(uninitialized: shape)
    scalars.withUnsafeBufferPointer { source in
      if let base = source.baseAddress {
        storage.pointer.update(from: base, count: source.count)
      }
    }
  }

  /// A tensor of one dimension.
  public init(_ scalars: [Float]) { self.init(scalars, shape: [scalars.count]) }

  /// A tensor of no dimension, one element.
  public init(scalar: Float) { self.init(repeating: scalar, shape: []) }

  /// A tensor of zeros.
  public static func zeros(_ shape: Shape) -> Tensor { Tensor(repeating: 0, shape: shape) }
  /// A tensor of ones.
  public static func ones(_ shape: Shape) -> Tensor { Tensor(repeating: 1, shape: shape) }

  /// The number of elements.
  public var count: Int { shape.elementCount }

  /// The elements for reading. Valid while this tensor lives.
  public var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }

  /// The elements for writing, made unique to this tensor first. Valid while this tensor lives and until
  /// it is copied.
  public var mutablePointer: UnsafeMutablePointer<Float> {
    mutating get {
      if !isKnownUniquelyReferenced(&storage) {
        let copy = Storage(count: storage.count)
        copy.pointer.update(from: storage.pointer, count: count)
        storage = copy
      }
      return storage.pointer
    }
  }

  /// The elements in row-major order.
  public var scalars: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// The only element of a tensor that has one.
  public var scalar: Float {
    if count != 1 { stopOnShapes("Tensor.scalar", "one element", shape) }
    return pointer[0]
  }

  /// The element at a position.
  public subscript(indices: Int...) -> Float {
    get { pointer[offset(indices)] }
    set { mutablePointer[offset(indices)] = newValue }
  }

  /// The same elements under another shape of equal count. One dimension may be -1: it is what remains.
  public func reshaped(_ dimensions: [Int]) -> Tensor {
    var dimensions = dimensions
    if let free = dimensions.firstIndex(of: -1) {
      let rest = dimensions.enumerated().reduce(1) { $1.offset == free ? $0 : $0 * $1.element }
      dimensions[free] = rest == 0 ? 0 : count / rest
    }
    return reshaped(to: Shape(dimensions))
  }

  /// The same elements under another shape of equal count.
  public func reshaped(to newShape: Shape) -> Tensor {
    if newShape.elementCount != count {
      stopOnShapes("Tensor.reshaped", "the same number of elements", shape, newShape)
    }
    return Tensor(storage: storage, shape: newShape)
  }

  private func offset(_ indices: [Int]) -> Int {
    if indices.count != shape.rank {
      fatalError("Tensor: \(indices.count) indices for the shape \(shape)")
    }
    var offset = 0
    for (index, dimension) in zip(indices, shape.dimensions) {
      if index < 0 || index >= dimension {
        fatalError("Tensor: index \(indices) is outside the shape \(shape)")
      }
      offset = offset * dimension + index
    }
    return offset
  }
}

extension Tensor: Equatable {
  /// Equal shapes and elements that compare equal (so NaN is not equal to itself).
  public static func == (a: Tensor, b: Tensor) -> Bool {
    guard a.shape == b.shape else { return false }
    for index in 0..<a.count where a.pointer[index] != b.pointer[index] { return false }
    return true
  }
}

extension Tensor: CustomStringConvertible {
  /// The text for a person.
  public var description: String {
    let shown = scalars.prefix(8).map { "\($0)" }.joined(separator: ", ")
    return "Tensor\(shape) [\(shown)\(count > 8 ? ", …" : "")]"
  }
}

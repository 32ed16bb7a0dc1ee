internal import Tensors

/// Bytes that an operation has to move at the least, where they are not simply those of its inputs and its output: a
/// look-up reads a few rows of a large table.
public struct OperationTraffic {
  /// On the way forward.
  public let forward: Int
  /// On the way back.
  public let backward: Int

  /// Bytes read and written, each way.
  public init(forward: Int, backward: Int) {
    self.forward = forward
    self.backward = backward
  }

  /// Every tensor once: inputs read and the output written; on the way back the output's gradient and the inputs read
  /// and the gradients of those that have one written. What shares its memory with an input moves nothing.
  init(_ value: Tensor, of inputs: [Variable]) {
    var read = 0
    var gradients = 0
    for (index, input) in inputs.enumerated() {
      if input.value.count > 0 && input.value.pointer == value.pointer {
        self.init(forward: 0, backward: 0)
        return
      }
      let isKnown = inputs[..<index].contains { $0.value.pointer == input.value.pointer }
      if isKnown { continue }
      read += input.value.byteCount
      if input.needsGradient { gradients += input.value.byteCount }
    }
    self.init(
      forward: read + value.byteCount, backward: value.byteCount + read + gradients)
  }
}

extension Tensor {
  var byteCount: Int { count * MemoryLayout<Float>.stride }
}

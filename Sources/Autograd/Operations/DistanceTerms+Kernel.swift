internal import Kernels
internal import Tensors

extension DistanceTerms {
  /// The tables there are, in the order biases, keys, values.
  var tables: [Variable] { [biases, keys, values].compactMap { $0 } }

  /// For the tiles. Valid while this value lives.
  func kernelTerms(_ positions: [Int32]) -> RelativeTerms {
    RelativeTerms(
      reach: reach, positions: positions, biases: biases?.value.pointer, keys: keys?.value.pointer,
      values: values?.value.pointer, isShared: (keys ?? values)?.shape[0] == 1)
  }
}

/// Gradients of the tables of ``DistanceTerms``, one for each head of each sequence until they are added up: so sums
/// have one order, whatever the threads.
struct TableGradients {
  private let distances: DistanceTerms?
  private let pairs: Int
  private var biases: Tensor?
  private var keys: Tensor?
  private var values: Tensor?

  init(
    _ distances: DistanceTerms?, batch: Int, headCount: Int, keyDimension: Int,
    valueDimension: Int, _ accumulator: GradientAccumulator
  ) {
    self.distances = distances
    pairs = batch * headCount
    let pairs = pairs
    func zeros(_ table: Variable?, _ width: Int) -> Tensor? {
      guard let distances, let table, accumulator.wants(table) else { return nil }
      return .zeros([pairs, distances.count * width])
    }
    biases = zeros(distances?.biases, 1)
    keys = zeros(distances?.keys, keyDimension)
    values = zeros(distances?.values, valueDimension)
  }

  /// Where the tiles add to.
  var pointers: RelativeTerms.Gradients {
    mutating get {
      RelativeTerms.Gradients(
        biases: biases?.mutablePointer, keys: keys?.mutablePointer, values: values?.mutablePointer)
    }
  }

  /// Adds the gradients up over the sequences, and over the heads where they share a table.
  func reduce(into accumulator: GradientAccumulator) {
    for (sums, table) in [
      (biases, distances?.biases), (keys, distances?.keys), (values, distances?.values),
    ] {
      guard let sums, let table else { continue }
      accumulator.accumulate(into: table) { pointer, isPresent in
        let columns = table.value.count
        Reductions.columnSums(
          sums.pointer, rows: columns == 0 ? 0 : sums.count / columns, columns: columns,
          into: pointer, accumulate: isPresent)
      }
    }
  }
}

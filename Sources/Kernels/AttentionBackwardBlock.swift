internal import CKernels

extension TiledAttention {
  /// The way back through some queries of one head of one sequence.
  struct BackwardBlock {
    let geometry: AttentionGeometry
    let saved: Saved
    let dropout: DropoutMask
    let gradients: InputGradients
    let relative: RelativeTerms?
    let tables: RelativeTerms.Gradients
    let batch: Int
    let head: Int
    let rows: Range<Int>
    let scratch: UnsafeMutablePointer<Float>
    let tileSize: Int

    private var queryOffset: Int { geometry.queryOffset(batch, head, rows.lowerBound) }
    private var outputOffset: Int { geometry.outputOffset(batch, head, rows.lowerBound) }
    private var queries: MatrixOperand {
      MatrixOperand(saved.queries + queryOffset, stride: geometry.keyStride)
    }
    private var dOutput: MatrixOperand {
      MatrixOperand(saved.outputGradient + outputOffset, stride: geometry.valueStride)
    }

    func run() {
      let kernels = VectorKernels.active
      let count = rows.count
      let weights = scratch
      let gradient = weights + tileSize
      let dropped = gradient + tileSize
      let delta = dropped + tileSize
      let byDistance = ByDistance(self, scratch: delta + count)
      let scorer = TileScorer(
        geometry, batch: batch, head: head, rows: rows, queries: saved.queries, keys: saved.keys,
        additive: saved.additive,
        scratch: delta + count + 4 * (relative?.rowsSize(count) ?? 0))
      let logSumExp = saved.logSumExp + geometry.statisticsOffset(batch, head, rows.lowerBound)
      // Σ_j P_ij dP_ij = dO_i · O_i, with or without dropout.
      kernels.row_dots(
        dOutput.pointer, geometry.valueStride, saved.output + outputOffset, geometry.valueStride,
        count, geometry.valueDimension, delta)

      AttentionTile.forEach(geometry, batch: batch, head: head, queries: rows) { tile in
        let keyOffset = geometry.keyOffset(batch, head, tile.keys.lowerBound)
        let valueOffset = geometry.valueOffset(batch, head, tile.keys.lowerBound)
        let values = MatrixOperand(saved.values + valueOffset, stride: geometry.valueStride)
        let additiveKeys = scorer.score(tile, into: weights)
        byDistance?.block.addScoreTerms(tile, to: weights)
        tile.withRanges { first, end in
          kernels.attention_tile_probabilities(
            weights, tile.stride, count, tile.keys.count, first, end, tile.allowed,
            geometry.keyLength, logSumExp)
        }
        // dP = dO Vᵀ and dV += Pᵀ dO, both seen through dropout.
        MatrixProduct.serial(
          rows: count, columns: tile.keys.count, inner: geometry.valueDimension, dOutput,
          values.transposed, into: gradient, stride: tile.stride, precision: geometry.precision)
        byDistance?.addValueTerms(tile, to: gradient)
        var seen = weights
        if !dropout.isEmpty {
          tile.dropout(dropout, gradient, into: gradient)
          tile.dropout(dropout, weights, into: dropped)
          seen = dropped
        }
        byDistance?.sumWeights(seen, tile)
        MatrixProduct.serial(
          rows: tile.keys.count, columns: geometry.valueDimension, inner: count,
          MatrixOperand(seen, stride: tile.stride, transposed: true), dOutput, beta: 1,
          into: gradients.values + valueOffset, stride: geometry.valueStride,
          precision: geometry.precision)
        // dS = P (dP - δ), dQ += scale dS K, dK += scale dSᵀ Q
        kernels.attention_tile_backward(
          weights, gradient, tile.stride, count, tile.keys.count, delta, 1)
        byDistance?.sumScoreGradients(gradient, tile)
        if let additiveKeys {
          addAdditiveGradients(gradient, tile, scorer, additiveKeys)
          return
        }
        let dScores = MatrixOperand(gradient, stride: tile.stride)
        MatrixProduct.serial(
          rows: count, columns: geometry.keyDimension, inner: tile.keys.count,
          alpha: geometry.scale, dScores,
          MatrixOperand(saved.keys + keyOffset, stride: geometry.keyStride), beta: 1,
          into: gradients.queries + queryOffset, stride: geometry.keyStride,
          precision: geometry.precision)
        MatrixProduct.serial(
          rows: tile.keys.count, columns: geometry.keyDimension, inner: count,
          alpha: geometry.scale, dScores.transposed, queries, beta: 1,
          into: gradients.keys + keyOffset, stride: geometry.keyStride,
          precision: geometry.precision)
      }
      byDistance?.finish()
    }

    /// The way back from additive scores.
    private func addAdditiveGradients(
      _ scoreGradient: UnsafePointer<Float>, _ tile: AttentionTile, _ scorer: TileScorer,
      _ keys: AdditiveBlock.Keys
    ) {
      guard let block = scorer.additive, let vectorGradient = gradients.additive else {
        fatalError(
          "TiledAttention: additive scores without memory for the gradient of their vector")
      }
      block.addGradients(
        keys, scoreGradient: scoreGradient, stride: tile.stride,
        queryGradient: gradients.queries + queryOffset,
        keyGradient: gradients.keys + geometry.keyOffset(batch, head, tile.keys.lowerBound),
        vectorGradient: vectorGradient + (batch * geometry.heads + head) * geometry.keyDimension)
    }

    /// The part that belongs to the distances. Sums over the tiles come first, and the products with the tables'
    /// few vectors once at the end.
    private struct ByDistance {
      let pass: BackwardBlock
      let block: RelativeBlock
      /// [queries, distances] each: dO · value vector, weights and score gradients added up.
      let valueProducts: UnsafeMutablePointer<Float>
      let weightSums: UnsafeMutablePointer<Float>
      let scoreSums: UnsafeMutablePointer<Float>

      private var count: Int { block.terms.count }
      private var table: Int { (pass.batch * pass.geometry.heads + pass.head) * count }

      init?(_ pass: BackwardBlock, scratch: UnsafeMutablePointer<Float>) {
        guard let relative = pass.relative else { return nil }
        let size = relative.rowsSize(pass.rows.count)
        self.pass = pass
        block = RelativeBlock(
          relative, pass.geometry, head: pass.head, rows: pass.rows.count,
          queries: pass.queries.pointer, scratch: scratch)
        valueProducts = scratch + size
        weightSums = valueProducts + size
        scoreSums = weightSums + size
        if let values = block.values {
          MatrixProduct.serial(
            rows: block.rows, columns: count, inner: pass.geometry.valueDimension, pass.dOutput,
            values.transposed, into: valueProducts, stride: count)
          weightSums.update(repeating: 0, count: block.rows * count)
        }
        if block.keys != nil { scoreSums.update(repeating: 0, count: block.rows * count) }
      }

      func addValueTerms(_ tile: AttentionTile, to gradient: UnsafeMutablePointer<Float>) {
        if block.values != nil { block.add(valueProducts, stride: count, tile, to: gradient) }
      }

      func sumWeights(_ weights: UnsafePointer<Float>, _ tile: AttentionTile) {
        if block.values != nil { block.sum(weights, tile, into: weightSums, stride: count) }
      }

      func sumScoreGradients(_ gradient: UnsafePointer<Float>, _ tile: AttentionTile) {
        if block.keys != nil { block.sum(gradient, tile, into: scoreSums, stride: count) }
        if let biases = pass.tables.biases {
          block.sum(gradient, tile, into: biases + table, stride: 0)
        }
      }

      func finish() {
        let geometry = pass.geometry
        if let keys = block.keys {
          let sums = MatrixOperand(scoreSums, stride: count)
          MatrixProduct.serial(
            rows: block.rows, columns: geometry.keyDimension, inner: count, alpha: geometry.scale,
            sums, keys, beta: 1, into: pass.gradients.queries + pass.queryOffset,
            stride: geometry.keyStride)
          if let target = pass.tables.keys {
            MatrixProduct.serial(
              rows: count, columns: geometry.keyDimension, inner: block.rows,
              alpha: geometry.scale, sums.transposed, pass.queries, beta: 1,
              into: target + table * geometry.keyDimension, stride: geometry.keyDimension)
          }
        }
        if block.values != nil, let target = pass.tables.values {
          MatrixProduct.serial(
            rows: count, columns: geometry.valueDimension, inner: block.rows,
            MatrixOperand(weightSums, stride: count, transposed: true), pass.dOutput, beta: 1,
            into: target + table * geometry.valueDimension, stride: geometry.valueDimension)
        }
      }
    }
  }
}

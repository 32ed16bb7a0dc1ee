import Autograd
import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct AttentionMaskTests {
  private func pattern(
    _ mask: AttentionMask, sequence: Int = 0, queries: Int, keys: Int
  ) -> [String] {
    (0..<queries).map { query in
      (0..<keys).map { key in
        mask.allows(
          sequence: sequence, query: query, key: key, queryCount: queries, keyCount: keys)
          ? "x" : "."
      }.joined()
    }
  }

  @Test func causalIsAlignedToTheLastKey() {
    #expect(pattern(.causal, queries: 3, keys: 3) == ["x..", "xx.", "xxx"])
    #expect(pattern(.causal, queries: 2, keys: 5) == ["xxxx.", "xxxxx"])
    // More queries than keys: the first have nothing to look at.
    #expect(pattern(.causal, queries: 3, keys: 2) == ["..", "x.", "xx"])
  }

  @Test func windowsAreAroundTheQuerysOwnPosition() {
    #expect(pattern(.window(1), queries: 4, keys: 4) == ["xx..", "xxx.", ".xxx", "..xx"])
    #expect(pattern(.window(0), queries: 2, keys: 4) == ["..x.", "...x"])
    #expect(
      pattern(.causal.intersection(.window(1)), queries: 3, keys: 3) == ["x..", "xx.", ".xx"])
  }

  @Test func paddingHidesKeysAndQueries() {
    let mask = AttentionMask.padding(keyLengths: [3, 1, 0], queryLengths: [2, 1, 0])
    #expect(pattern(mask, sequence: 0, queries: 3, keys: 4) == ["xxx.", "xxx.", "...."])
    #expect(pattern(mask, sequence: 1, queries: 3, keys: 4) == ["x...", "....", "...."])
    #expect(pattern(mask, sequence: 2, queries: 3, keys: 4) == ["....", "....", "...."])
    let causal = AttentionMask.causal.intersection(
      .padding(keyLengths: [2], queryLengths: [2]))
    #expect(pattern(causal, queries: 3, keys: 3) == ["x..", "xx.", "..."])
  }

  /// Whatever masks are combined, the result allows what all of them allow.
  @Test func intersectionAllowsWhatAllAllow() {
    var generator = SeededGenerator(seed: 1)
    let (queries, keys) = (5, 7)
    let shared = (0..<queries * keys).map { _ in generator.nextUniform() < 0.7 }
    let each = (0..<2 * queries * keys).map { _ in generator.nextUniform() < 0.7 }
    let masks: [AttentionMask] = [
      .none, .causal, .window(2), .window(3), .padding(keyLengths: [7, 4]),
      .padding(keyLengths: [6, 7]), .allowing(shared), .allowing(each),
    ]
    for a in masks {
      for b in masks {
        for sequence in 0..<2 {
          for query in 0..<queries {
            for key in 0..<keys {
              func allows(_ mask: AttentionMask) -> Bool {
                mask.allows(
                  sequence: sequence, query: query, key: key, queryCount: queries, keyCount: keys)
              }
              #expect(allows(a.intersection(b)) == (allows(a) && allows(b)))
            }
          }
        }
      }
    }
  }

  @Test(arguments: [true, false])
  func queryWithNothingToLookAtGetsZerosAndPassesNoGradient(isTiled: Bool) throws {
    var generator = SeededGenerator(seed: 2)
    let operation = isTiled ? attention : plainAttention
    let masks: [AttentionMask] = [
      .padding(keyLengths: [0]), .allowing(Array(repeating: false, count: 15)),
      .padding(keyLengths: [5], queryLengths: [0]),
      .causal.intersection(.padding(keyLengths: [0])),
    ]
    for mask in masks {
      let context = ForwardContext.differentiating()
      let inputs = [Shape([1, 3, 4]), [1, 5, 4], [1, 5, 4]].map {
        context.input(.normal($0, using: &generator))
      }
      let y = operation(inputs[0], inputs[1], inputs[2], 2, mask, nil, .none)
      #expect(y.value == .zeros([1, 3, 4]))
      let gradients = context.backward(from: y, gradient: .ones([1, 3, 4]))
      for input in inputs { #expect(try #require(gradients[input]) == .zeros(input.shape)) }
    }
  }

  /// NaN and infinities in padding change no bit of the outputs and gradients of what is real.
  @Test func notEvenNaNGetsOutOfPadding() throws {
    let lengths = [5, 130, 0, 1]
    let mask = AttentionMask.causal.intersection(
      .padding(keyLengths: lengths, queryLengths: lengths))
    func run(padding: Float) throws -> [Tensor] {
      var generator = SeededGenerator(seed: 3)
      let context = ForwardContext.differentiating()
      let inputs = (0..<3).map { _ in
        var x = Tensor.normal([4, 131, 6], using: &generator)
        for (row, length) in lengths.enumerated() {
          for index in (row * 131 + length) * 6..<(row + 1) * 131 * 6 {
            x.mutablePointer[index] = padding
          }
        }
        return context.input(x)
      }
      let y = attention(
        query: inputs[0], key: inputs[1], value: inputs[2], headCount: 2, mask: mask)
      var upstream = Tensor.normal(y.shape, using: &generator)
      for (row, length) in lengths.enumerated() {
        for index in (row * 131 + length) * 6..<(row + 1) * 131 * 6 {
          upstream.mutablePointer[index] = padding
        }
      }
      let gradients = context.backward(from: y, gradient: upstream)
      return [y.value] + (try inputs.map { try #require(gradients[$0]) })
    }
    let clean = try run(padding: 0)
    for value in [Float.nan, .infinity, -.infinity, 1e30] {
      for (dirty, expected) in zip(try run(padding: value), clean) {
        expectSameBits(dirty, expected, "padding of \(value)")
      }
    }
  }

  @Test func futureKeysCannotBeSeen() {
    var generator = SeededGenerator(seed: 4)
    let q = Variable(.normal([1, 7, 4], using: &generator))
    var k = Tensor.normal([1, 7, 4], using: &generator)
    var v = Tensor.normal([1, 7, 4], using: &generator)
    func run() -> [Float] {
      attention(query: q, key: Variable(k), value: Variable(v), headCount: 2, mask: .causal)
        .value.scalars
    }
    let before = run()
    for column in 0..<4 {
      k[0, 5, column] += 3
      v[0, 5, column] -= 2
    }
    let after = run()
    #expect(Array(after[..<20]) == Array(before[..<20]))
    #expect(Array(after[20...]) != Array(before[20...]))
  }

  /// A key that no query may look at gives nothing to any, whatever kind of mask hides it.
  @Test(arguments: [true, false])
  func notEvenNaNGetsThroughAMask(isTiled: Bool) throws {
    let operation = isTiled ? attention : plainAttention
    let hidden: Set = [2, 5]
    let allowed = (0..<7 * 9).map { !hidden.contains($0 % 9) }
    func run(value: Float) throws -> [Tensor] {
      var generator = SeededGenerator(seed: 7)
      let context = ForwardContext.differentiating()
      var tensors = [Shape([1, 7, 4]), [1, 9, 4], [1, 9, 6]].map {
        Tensor.normal($0, using: &generator)
      }
      for key in hidden {
        for column in 0..<4 { tensors[1][0, key, column] = value }
        for column in 0..<6 { tensors[2][0, key, column] = value }
      }
      let inputs = tensors.map(context.input)
      let y = operation(inputs[0], inputs[1], inputs[2], 2, .allowing(allowed), nil, .none)
      let gradients = context.backward(from: y, gradient: .ones(y.shape))
      return [y.value] + (try inputs.map { try #require(gradients[$0]) })
    }
    let clean = try run(value: 0)
    for value in [Float.nan, .infinity] {
      for (dirty, expected) in zip(try run(value: value), clean) {
        expectClose(dirty, expected, "hidden keys of \(value)")
      }
    }
  }

  @Test func masksThatDoNotFitStop() async {
    let short = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = Variable(.zeros([2, 3, 4]))
      _ = attention(
        query: x, key: x, value: x, headCount: 2, mask: .padding(keyLengths: [3]))
    }
    expectMessage(short, naming: ["AttentionMask", "2 key lengths", "[3]"])
    let long = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = Variable(.zeros([1, 3, 4]))
      _ = attention(
        query: x, key: x, value: x, headCount: 2, mask: .padding(keyLengths: [4]))
    }
    expectMessage(long, naming: ["AttentionMask", "0 to 3", "[4]"])
    let pattern = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let x = Variable(.zeros([1, 3, 4]))
      _ = attention(
        query: x, key: x, value: x, headCount: 2, mask: .allowing([true, false]))
    }
    expectMessage(pattern, naming: ["AttentionMask", "9", "found 2"])
  }
}

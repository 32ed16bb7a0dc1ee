import BenchmarkKit
import Foundation
import Testing

@Suite struct BreakdownTests {
  let breakdown = Breakdown(
    name: "step", title: "a step", flopCeiling: 40e9, byteCeiling: 4e9,
    root: BreakdownPart(
      "step", seconds: 2, flops: 40e9, bytes: 3e9,
      children: [
        BreakdownPart(
          "layer", seconds: 1.5, flops: 40e9, bytes: 2e9,
          children: [BreakdownPart("norm", seconds: 0.5, flops: 0, bytes: 1e9)]),
        BreakdownPart("other", seconds: 0.25, flops: 0, bytes: 1e9),
        BreakdownPart("left over", seconds: 0.25),
      ]))

  @Test func sharesAreThoseOfTheWhole() {
    #expect(breakdown.rows.map(\.part.share) == [1, 0.75, 0.25, 0.125, 0.125])
    #expect(breakdown.rows.map(\.depth) == [0, 1, 2, 1, 1])
  }

  @Test func treeIsIndentedAndAligned() {
    let expected = """
      a step

      part           time  share  GFLOP  GFLOP/s  of ceiling    GB  GB/s  of floor
      -----------  ------  -----  -----  -------  ----------  ----  ----  --------
      step         2.00 s  100 %   40.0     20.0        50 %  3.00  1.50      62 %
        layer      1.50 s   75 %   40.0     26.7        67 %  2.00  1.33      67 %
          norm     500 ms   25 %   0.00                       1.00  2.00      50 %
        other      250 ms   12 %   0.00                       1.00  4.00     100 %
        left over  250 ms   12 %
      """
    #expect(breakdown.lines.joined(separator: "\n") == expected)
  }

  @Test func columnsWithoutNumbersAreLeftOut() {
    let plain = Breakdown(name: "a", title: "", root: BreakdownPart("a", seconds: 0))
    #expect(plain.columns == ["part", "time", "share"])
    #expect(plain.root.share == 0)
  }

  @Test func survivesJSON() throws {
    let data = try JSONEncoder().encode(breakdown)
    #expect(try JSONDecoder().decode(Breakdown.self, from: data) == breakdown)
  }
}

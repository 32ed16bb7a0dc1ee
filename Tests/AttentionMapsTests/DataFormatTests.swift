import AttentionMaps
import Foundation
import ModelFiles
import TestSupport
import Testing

@Suite struct DataFormatTests {
  @Test func csvHasEveryWeightWithItsTokens() throws {
    let set = try sampleSet(source: hostileTokens, target: japanese)
    let mean = try AttentionMapSet(set.maps + [set.mean(of: .cross)])
    let rows = parseCSV(mean.csv)
    #expect(
      rows[0] == [
        "kind", "layer", "head", "query", "query_token", "key", "key_token", "weight",
      ])
    var lines = rows.dropFirst()
    for map in mean.maps {
      for query in map.queries.indices {
        for key in map.keys.indices {
          guard let line = lines.popFirst(), line.count == 8 else {
            Issue.record("expected a line of 8 fields")
            return
          }
          let expected = [
            map.kind.rawValue, map.layer.map(String.init) ?? "", map.head.map(String.init) ?? "",
            "\(query)", map.queries[query], "\(key)", map.keys[key], "\(map[query, key])",
          ]
          // Byte by byte: to Swift, two ways to write an accent are equal.
          if !zip(line, expected).allSatisfy({ $0.utf8.elementsEqual($1.utf8) }) {
            Issue.record("expected \(expected), found \(line)")
          }
          #expect(Float(line[7]) == map[query, key])
        }
      }
    }
    #expect(lines.isEmpty)
    #expect(try parseCSV(AttentionMapSet([]).csv).count == 1)
  }

  @Test func jsonIsReadBackExactly() throws {
    for (source, target) in [(hostileTokens, japanese), (["a"], []), (["x"], ["y"])] {
      let set = try sampleSet(source: source, target: target)
      let all = try AttentionMapSet(set.maps + set.meansOfLayers().maps)
      #expect(try AttentionMapSet(json: all.json.utf8) == all)
    }
    let none = try AttentionMapSet([])
    #expect(try AttentionMapSet(json: none.json.utf8) == none)
  }

  @Test func jsonHasTheStatistics() throws {
    let map = try LabeledAttentionMap(
      kind: .recurrent, layer: 0, head: 0, queries: ["a"], keys: ["x", "y"], rows: [[0.5, 0.5]])
    let object = try JSONSerialization.jsonObject(with: Data(AttentionMapSet([map]).json.utf8))
    let kind = try #require(((object as? [String: Any])?["kinds"] as? [[String: Any]])?.first)
    #expect(kind["kind"] as? String == "recurrent")
    #expect(kind["keys"] as? [String] == ["x", "y"])
    let found = try #require((kind["maps"] as? [[String: Any]])?.first)
    #expect(found["weights"] as? [[Double]] == [[0.5, 0.5]])
    #expect(found["confidence"] as? Double == 0.5)
    #expect(found["normalizedEntropy"] as? Double == 1)
  }

  @Test(arguments: [
    (#"{}"#, "expected attention-maps, version 1"),
    (#"{"format":"attention-maps","version":2,"kinds":[]}"#, "version 1"),
    (#"{"format":"attention-maps","version":1}"#, "kinds: expected an array, found nothing"),
    (
      #"{"format":"attention-maps","version":1,"kinds":[{"kind":"x"}]}"#,
      "kinds[0].kind: expected one of encoder-self"
    ),
    (
      #"{"format":"attention-maps","version":1,"kinds":[{"kind":"cross","queries":[1]}]}"#,
      "kinds[0].queries: expected text, found a number"
    ),
    (
      #"{"format":"attention-maps","version":1,"kinds":[{"kind":"cross","queries":["a"],"keys":["b"],"maps":[{"layer":0,"head":0,"weights":[[0,1]]}]}]}"#,
      "expected 1 weights in row 0, found 2"
    ),
    (
      #"{"format":"attention-maps","version":1,"kinds":[{"kind":"cross","queries":["a"],"keys":["b"],"maps":[{"layer":0,"weights":[[1]]}]}]}"#,
      "maps[0].head: expected a whole number or null, found nothing"
    ),
    (
      #"{"format":"attention-maps","version":1,"kinds":[{"kind":"cross","queries":["a"],"keys":["b"],"maps":[{"layer":0,"head":0,"weights":[["1"]]}]}]}"#,
      "weights: expected a number, found a string"
    ),
  ])
  func damagedJSONSaysWhereItIs(text: String, problem: String) {
    do {
      _ = try AttentionMapSet(json: text.utf8)
      Issue.record("accepted \(text)")
    } catch { #expect("\(error)".contains(problem), "\(error)") }
  }

  @Test(arguments: AttentionMapFormat.allCases)
  func filesAreWrittenWholeInTheFormatOfTheirName(format: AttentionMapFormat) throws {
    let folder = try TemporaryFolder()
    let set = try sampleSet(source: english, target: japanese)
    let path = folder.path + "/maps.\(format.rawValue)"
    #expect(AttentionMapFormat(path: path) == format)
    try set.write(to: path, as: format)
    #expect(try folder.names() == ["maps.\(format.rawValue)"])
    #expect(try contents(of: path) == set.contents(as: format))
    #expect(throws: FileError.self) {
      try set.write(to: folder.path + "/none/maps", as: .csv)
    }
  }

  @Test func unknownEndingsHaveNoFormat() {
    for path in ["maps", "a.svg/maps", "maps.gif", "maps.", ""] {
      #expect(AttentionMapFormat(path: path) == nil)
    }
    #expect(AttentionMapFormat(path: "a/b.SVG") == .svg)
  }
}

/// Fields in quotes or not, as RFC 4180 has them.
private func parseCSV(_ text: String) -> [[String]] {
  var rows: [[String]] = []
  var row: [String] = []
  var field = String.UnicodeScalarView()
  var isQuoted = false
  var scalars = Array(text.unicodeScalars)[...]
  while let scalar = scalars.popFirst() {
    switch (scalar, isQuoted) {
    case ("\"", true):
      if scalars.first == "\"" {
        field.append(scalars.removeFirst())
      } else {
        isQuoted = false
      }
    case ("\"", false): isQuoted = true
    case (",", false):
      row.append(String(field))
      field = .init()
    case ("\n", false):
      row.append(String(field))
      field = .init()
      rows.append(row)
      row = []
    default: field.append(scalar)
    }
  }
  return rows
}

import TestSupport
import Testing
import TextProcessing

struct CorpusTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func tsvPairsAreReadAndBlankOnesCounted() throws {
    let path = try folder.file("a.tsv", "AB\tA B\r\n\n \t \nC\t\n\tD\nAB\tAH B\n")
    let corpus = try ParallelCorpus(tsv: path)
    #expect(
      corpus.pairs == [
        TextPair(source: "AB", target: "A B"), TextPair(source: "AB", target: "AH B"),
      ])
    #expect(corpus.blankPairCount == 4)
    #expect(try ParallelCorpus(tsv: folder.file("empty", "")).count == 0)
  }

  @Test(arguments: [("a\tb\nc d\n", 2, 1), ("a\tb\tc\n", 1, 3)])
  func wrongColumnsAreRefused(_ text: String, _ line: Int, _ found: Int) throws {
    let path = try folder.file("a.tsv", text)
    #expect(
      throws: TextFileError(
        file: path, line: line, problem: .columnCount(expected: 2, found: found))
    ) { try ParallelCorpus(tsv: path) }
  }

  @Test func alignedFilesAreRead() throws {
    let source = try folder.file("a.en", "one\n\ntwo\nthree\n")
    let target = try folder.file("a.de", "eins\nnichts\n  \ndrei")
    let corpus = try ParallelCorpus(source: source, target: target)
    #expect(
      corpus.pairs == [
        TextPair(source: "one", target: "eins"), TextPair(source: "three", target: "drei"),
      ])
    #expect(corpus.blankPairCount == 2)
  }

  @Test func differentLineCountsNameBoth() throws {
    let source = try folder.file("a.en", "one\ntwo\n")
    let target = try folder.file("a.de", "eins\nzwei\ndrei\n")
    let error = try #require(throws: TextFileError.self) {
      try ParallelCorpus(source: source, target: target)
    }
    #expect(error.description.contains("\(source): has 2 lines but \(target) has 3"))
  }

  @Test func pairsKnowTheirLines() throws {
    let path = try folder.file("a.tsv", "A\t1\n\nB\t2\n \t3\nC\t3\nD\t4\n")
    let corpus = try ParallelCorpus(tsv: path)
    #expect((0..<4).map { corpus.place(of: $0)?.line } == [1, 3, 5, 6])
    #expect(corpus.place(of: 1)?.description == "\(path):3")
    #expect(corpus.blankPairs.count == 2)
    #expect(corpus.blankPairs.first == TextPlace(file: path, line: 2))
    #expect(corpus.blankPairs.suffix == ", the first at \(path):2")
    #expect(Occurrences().suffix == "")
    let (train, heldOut) = corpus.split(holdOutShare: 0.5, seed: 1)
    #expect(!train.pairs.isEmpty && !heldOut.pairs.isEmpty)
    for part in [train, heldOut] {
      for (index, pair) in part.pairs.enumerated() {
        let number = try #require(corpus.pairs.firstIndex(of: pair))
        #expect(part.place(of: index) == corpus.place(of: number))
      }
    }
    // Where pairs come from does not matter to whether they are equal.
    let again = try folder.file("b.tsv", "\n\nA\t1\nB\t2\nC\t3\nD\t4")
    #expect(try ParallelCorpus(tsv: again) == corpus)
    #expect(ParallelCorpus(corpus.pairs).place(of: 0) == nil)
    let sources = try folder.file("a", "x\n\ny\n")
    let targets = try folder.file("b", "1\n2\n3\n")
    let two = try ParallelCorpus(.parallel(source: sources, target: targets))
    #expect(two.place(of: 1) == TextPlace(file: sources, line: 3))
    #expect(two.blankPairs.first == TextPlace(file: sources, line: 2))
  }

  @Test func longPairsAreNamedByTheirLine() throws {
    let path = try folder.file("a.tsv", "\nA\t1\nA A A\t1\nA\t1 1 1\n")
    let corpus = try ParallelCorpus(tsv: path)
    let words = WordTokenizer()
    let pairs = corpus.encoded(source: words, Vocabulary([]), target: words, Vocabulary([]))
    let batches = try LengthBucketedBatches(
      pairs, tokenBudget: 100, lengthLimit: 2, seed: 0, place: corpus.place)
    #expect(batches.longPairCount == 2)
    #expect(batches.longPairs.first == TextPlace(file: path, line: 3))
    let error = try #require(throws: BatchingError.self) {
      try LengthBucketedBatches(
        pairs, tokenBudget: 100, lengthLimit: 3, longPairs: .refuse, seed: 0,
        place: corpus.place)
    }
    #expect(error.description.hasPrefix("\(path):4: pair 3 has 1 source and 4 target tokens"))
  }

  @Test func tokensOutsideTheVocabularyAreCounted() throws {
    let path = try folder.file("a.tsv", "A B\t1\n\nA C <s>\t1\nD\t2\n")
    let corpus = try ParallelCorpus(tsv: path)
    let unknown = corpus.unknownTokens(.source, with: WordTokenizer(), Vocabulary(["A", "B"]))
    #expect(unknown.count == 3 && unknown.tokenCount == 6)
    #expect(unknown.firstToken == "C")
    #expect(
      unknown.description
        == "3 of 6 tokens are not in the vocabulary, the first, 'C', at \(path):3")
    let targets = corpus.unknownTokens(.target, with: WordTokenizer(), Vocabulary(["1", "2"]))
    #expect(targets.description == "0 of 3 tokens are not in the vocabulary")
    // The same of a corpus that is encoded, which is cut again for the first unknown token alone.
    for words in [["A", "B"], ["A", "B", "C", "D"], []] {
      let (known, numbers) = (Vocabulary(words), Vocabulary(["1"]))
      let encoded = corpus.encoded(source: WordTokenizer(), known, target: WordTokenizer(), numbers)
      for (side, vocabulary) in [(ParallelCorpus.Side.source, known), (.target, numbers)] {
        #expect(
          corpus.unknownTokens(side, in: encoded, with: WordTokenizer(), vocabulary)
            == corpus.unknownTokens(side, with: WordTokenizer(), vocabulary))
      }
    }
    var line = UnknownTokens()
    line.add(["x", "y"], Vocabulary(["x"]))
    #expect(line.description == "1 of 2 tokens are not in the vocabulary, the first, 'y'")
    #expect(
      corpus.unknownTokens(.source, with: WordTokenizer(), Vocabulary(["A", "B", "C", "D"])).count
        == 1)
  }

  @Test func standardInputCannotBeBothFiles() {
    let error = #expect(throws: TextFileError.self) {
      try ParallelCorpus(source: "-", target: "-")
    }
    #expect(error?.problem == .standardInputTwice)
    #expect(error?.description.contains("was named as both") == true)
  }

  @Test func heldOutSourcesAreDisjointAndStable() {
    let pairs = (0..<997).flatMap { index in
      ["x", "y"].map { TextPair(source: "word\(index)", target: $0) }
    }
    let corpus = ParallelCorpus(pairs)
    let (train, heldOut) = corpus.split(holdOutShare: 0.2, seed: 7)
    #expect(train.count + heldOut.count == corpus.count)
    #expect(Set(train.pairs).union(heldOut.pairs) == Set(pairs))
    let trainSources = Set(train.pairs.map(\.source))
    let heldOutSources = Set(heldOut.pairs.map(\.source))
    #expect(trainSources.isDisjoint(with: heldOutSources))
    #expect((130...270).contains(heldOutSources.count))  // 199 expected, deviation 13

    // The side of a source does not depend on what else there is.
    let half = ParallelCorpus(pairs.prefix(997)).split(holdOutShare: 0.2, seed: 7)
    #expect(half.heldOut.pairs.allSatisfy { heldOutSources.contains($0.source) })
    #expect(corpus.split(holdOutShare: 0.2, seed: 8).heldOut != heldOut)
    #expect(corpus.split(holdOutShare: 0, seed: 7).heldOut.count == 0)
    #expect(corpus.split(holdOutShare: 1, seed: 7).train.count == 0)
    // A smaller share holds out a part of what a larger one does.
    let fewer = corpus.split(holdOutShare: 0.1, seed: 7).heldOut
    #expect(fewer.pairs.allSatisfy { heldOutSources.contains($0.source) })
  }

  @Test func referencesHaveAlternatives() throws {
    let words = try folder.file("g.words", "ABS\nCAT\n\nDOG\n")
    let references = try folder.file(
      "g.ref", "ABS\tAE B Z\tEY B\nCAT\tK AE T\n\tX\nDOG\t \n")
    let set = try ReferenceSet(inputs: words, references: references)
    #expect(set.inputs == ["ABS", "CAT"])
    #expect(set.references == [["AE B Z", "EY B"], ["K AE T"]])
    #expect(set.blankEntryCount == 2)
    #expect(set.blankEntries.first == TextPlace(file: references, line: 3))
    #expect(try ReferenceSet(tsv: references) == set)
  }

  @Test func referencesThatDoNotBelongToTheInputsAreRefused() throws {
    let words = try folder.file("g.words", "ABS\nCAT\n")
    let short = try folder.file("short.ref", "ABS\tA\n")
    #expect(
      throws: TextFileError(
        file: words, problem: .lineCounts(found: 2, otherFile: short, other: 1))
    ) { try ReferenceSet(inputs: words, references: short) }
    let other = try folder.file("other.ref", "ABS\tA\nDOG\tD\n")
    #expect(
      throws: TextFileError(
        file: other, line: 2, problem: .firstColumn(expected: "CAT", found: "DOG"))
    ) { try ReferenceSet(inputs: words, references: other) }
    let bare = try folder.file("bare.ref", "ABS\tA\nCAT\n")
    #expect(
      throws: TextFileError(file: bare, line: 2, problem: .columnCount(expected: 2, found: 1))
    ) { try ReferenceSet(tsv: bare) }
  }

  @Test func groupingGathersTargetsOfOneSource() {
    let corpus = ParallelCorpus([
      TextPair(source: "B", target: "1"), TextPair(source: "A", target: "2"),
      TextPair(source: "B", target: "3"),
    ])
    let set = ReferenceSet(grouping: corpus)
    #expect(set.inputs == ["B", "A"])
    #expect(set.references == [["1", "3"], ["2"]])
  }

  @Test func encodingUsesBothTokenizers() {
    let corpus = ParallelCorpus([TextPair(source: "BAB", target: "x yy x")])
    let encoded = corpus.encoded(
      source: CharacterTokenizer(), Vocabulary(["A", "B"]),
      target: WordTokenizer(), Vocabulary(["yy"]))
    #expect(encoded == [TokenPair(source: [5, 4, 5], target: [1, 4, 1])])
  }

  @Test(arguments: SyntheticTask.allCases)
  func syntheticTasksAreSolvable(_ task: SyntheticTask) {
    let corpus = task.corpus(count: 101, symbolCount: 13, lengths: 0...7, seed: 3)
    #expect(corpus.count == 101)
    #expect(corpus == task.corpus(count: 101, symbolCount: 13, lengths: 0...7, seed: 3))
    #expect(corpus != task.corpus(count: 101, symbolCount: 13, lengths: 0...7, seed: 4))
    let vocabulary = SyntheticTask.vocabulary(symbolCount: 13)
    #expect(vocabulary.count == 17)
    let words = WordTokenizer()
    var lengths: Set<Int> = []
    for pair in corpus.encoded(source: words, vocabulary, target: words, vocabulary) {
      lengths.insert(pair.source.count)
      #expect(pair.source.allSatisfy { (4..<17).contains($0) })
      #expect(pair.target.sorted() == pair.source.sorted())
      for (index, id) in pair.target.enumerated() {
        switch task {
        case .copy: #expect(id == pair.source[index])
        case .reverse: #expect(id == pair.source[pair.source.count - 1 - index])
        case .sort: #expect(index == 0 || pair.target[index - 1] <= id)
        }
      }
    }
    #expect(lengths == Set(0...7))
  }
}

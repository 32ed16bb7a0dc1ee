/// Every suite, in the order in which they run.
let allSuites: [any BenchmarkSuite] = [
  MachineSuite(), AttentionSuite(), LayersSuite(), ThroughputSuite(), DecodeSuite(), QualitySuite(),
  TrainingSuite(), SweepSuite(),
]

/// Every suite, in the order in which they run.
let allSuites: [any BenchmarkSuite] = [
  MachineSuite(), AttentionSuite(), LayersSuite(), ThroughputSuite(), DecodeSuite(),
  ComponentsSuite(), ThreadsSuite(), QualitySuite(), TrainingSuite(), PeersSuite(), SweepSuite(),
]

import BenchmarkKit
import Testing

@Suite struct ColdCacheTests {
  @Test func theEvictorIsLargerThanTheCaches() {
    let evictor = CacheEvictor()
    #expect(CacheSize.lastLevel >= 1 << 15)
    #expect(evictor.byteCount >= 2 * CacheSize.lastLevel)
    evictor.evict()
  }

  /// Short work is not repeated within a turn, since all but the first of the runs would be warm.
  @Test func aColdTurnIsASingleRun() {
    let clock = SyntheticClock()
    var options = RunnerOptions()
    options.measuresMemory = false
    options.coldCache = true
    options.minimumTime = 0
    options.cycles = 4
    var runs = 0
    let result = Runner(options: options, clock: clock).run([
      Contender("short") {
        Workload {
          runs += 1
          clock.advance(seconds: 1e-5)
        }
      }
    ])[0]
    #expect(result.runsPerSample == 1)
    #expect(result.samples.count == 4)
    #expect(runs == result.warmUpRuns + 4)
  }
}

import BenchmarkKit
import Foundation
import Testing

@Suite struct CounterTests {
  @Test func countsAreThoseOfOneRun() {
    var (before, after) = (CounterValues(), CounterValues())
    before.instructions = 100
    after.instructions = 700
    before.cycles = 50
    after.cycles = 350
    after.pageFaults = 9
    let values = after.since(before, runs: 3)
    #expect(values.instructions == 200)
    #expect(values.cycles == 100)
    #expect(values.instructionsPerCycle == 2)
    #expect(values.pageFaults == nil, "unknown before")
    #expect(CounterValues().instructionsPerCycle == nil)
  }

  @Test func mediansAreTakenCountByCount() {
    let values = [5.0, 1, 3].map { number in
      var values = CounterValues()
      values.instructions = number
      if number > 1 { values.cycles = number * 10 }
      return values
    }
    let medians = CounterValues.medians(of: values)
    #expect(medians?.instructions == 3)
    #expect(medians?.cycles == 40)
    #expect(medians?.cacheMisses == nil)
    #expect(CounterValues.medians(of: []) == nil)
    #expect(CounterValues.medians(of: [CounterValues()]) == nil)
  }

  /// Where the kernel counts at all, it counts what every thread does, also one that started before the counters.
  @Test func threadsOfBeforeAndAfterAreCounted() throws {
    let (start, done) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let early = Thread {
      start.wait()
      busy(seconds: 0.03)
      done.signal()
    }
    early.start()
    // Threads that are listed have begun to run, which takes a moment.
    usleep(20_000)
    guard let counters = PerformanceCounters() else {
      start.signal()
      done.wait()
      return
    }
    let first = counters.read()
    start.signal()
    done.wait()
    let second = counters.read()
    Thread {
      busy(seconds: 0.03)
      done.signal()
    }.start()
    done.wait()
    let third = counters.read()
    if !counters.missing.contains("processor time") {
      // Other tests run beside this one, so there may be more; a thread that waits for a core has less.
      #expect(try #require(second.since(first).processorSeconds) > 0.02)
      #expect(try #require(third.since(second).processorSeconds) > 0.02)
    }
    if !counters.missing.contains("instructions") {
      #expect(try #require(third.since(first).instructions) > 1e5)
    }
  }

  @Test func pageFaultsAreCounted() throws {
    guard let counters = PerformanceCounters(), !counters.missing.contains("page faults") else {
      return
    }
    let before = counters.read()
    let size = 1 << 20
    let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let pages = try #require(memory)
    for offset in stride(from: 0, to: size, by: 4096) {
      pages.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
    }
    munmap(pages, size)
    #expect(try #require(counters.read().since(before).pageFaults) >= 1)
  }

  @Test func samplesCarryCountersPerRun() throws {
    guard let counters = PerformanceCounters(), !counters.missing.contains("processor time") else {
      return
    }
    var options = RunnerOptions()
    options.cycles = 3
    options.minimumTime = 0
    options.measuresMemory = false
    options.warmUpTime = 0.01
    var runner = Runner(options: options)
    runner.counters = counters
    let result = runner.run([Contender("busy") { Workload { busy(seconds: 0.005) } }])[0]
    #expect(result.samples.count >= 3)
    let seconds = try #require(result.counters?.processorSeconds)
    #expect(seconds > 0.001)
    let without = Runner(options: options).run([Contender("busy") { Workload {} }])[0]
    #expect(without.counters == nil)
  }
}

/// Takes processor time of this thread, however many others want some too.
func busy(seconds: Double) {
  var start = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
  var now = start
  repeat {
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
  } while Double(now.tv_sec - start.tv_sec) + 1e-9 * Double(now.tv_nsec - start.tv_nsec) < seconds
}

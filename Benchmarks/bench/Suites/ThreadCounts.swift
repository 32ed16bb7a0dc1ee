import Kernels

/// 1, 2, 4 and so on, and the limit itself at the end.
func threadCounts(upTo limit: Int) -> [Int] {
  var counts: [Int] = []
  var count = 1
  while count < limit {
    counts.append(count)
    count *= 2
  }
  return counts + [limit]
}

/// Runs the body with another number of threads in the pool.
func withThreads<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
  let before = ThreadPool.threadCount
  ThreadPool.threadCount = count
  defer { ThreadPool.threadCount = before }
  return try body()
}

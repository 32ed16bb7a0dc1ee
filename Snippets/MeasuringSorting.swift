// Measures how the time of sorting grows, with the instrument behind `bench`.
import BenchmarkKit

let contenders = [1000, 2000, 4000, 8000, 16000].map { n in
  Contender("sort", parameters: [SizeParameter("n", n)]) {
    let numbers = (0..<n).map { $0 * 7919 % n }
    return Workload { blackHole(numbers.sorted()) }
  }
}
let results = Runner().run(contenders)
for fit in SeriesFit.fits(of: results, against: "n") { print(fit) }

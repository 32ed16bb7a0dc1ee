/// The largest elements of a long row, without sorting it.
enum LargestElements {
  /// An element and where it stands.
  struct Element: Equatable {
    let index: Int
    let value: Float

    /// Larger values first, of equal ones the first.
    static func precedes(_ a: Element, _ b: Element) -> Bool {
      a.value > b.value || a.value == b.value && a.index < b.index
    }
  }

  /// At most `limit` elements above -∞, the largest first, equal ones in their order. NaN is passed over.
  ///
  /// One pass: the elements found so far are a heap with the least of them on top, and whole blocks in
  /// which nothing is above it are skipped, which are nearly all.
  static func find(_ row: UnsafePointer<Float>, count: Int, limit: Int) -> [Element] {
    if limit < 1 { return [] }
    var heap: [Element] = []
    heap.reserveCapacity(min(limit, count))
    var threshold = -Float.infinity

    func consider(_ index: Int) {
      let value = row[index]
      if !(value > threshold) { return }
      let element = Element(index: index, value: value)
      if heap.count < limit {
        heap.append(element)
        siftUp(&heap)
      } else {
        heap[0] = element
        siftDown(&heap)
      }
      if heap.count == limit { threshold = heap[0].value }
    }

    let raw = UnsafeRawPointer(row)
    var index = 0
    while index + 16 <= count {
      let block = raw.loadUnaligned(
        fromByteOffset: index * MemoryLayout<Float>.stride, as: SIMD16<Float>.self)
      if any(block .> threshold) {
        for lane in index..<index + 16 { consider(lane) }
      }
      index += 16
    }
    while index < count {
      consider(index)
      index += 1
    }
    return heap.sorted(by: Element.precedes)
  }

  // The top is the element that would go first: the smallest, of equal ones the last.

  private static func siftUp(_ heap: inout [Element]) {
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      if !Element.precedes(heap[parent], heap[child]) { return }
      heap.swapAt(parent, child)
      child = parent
    }
  }

  private static func siftDown(_ heap: inout [Element]) {
    var parent = 0
    while true {
      let (left, right) = (2 * parent + 1, 2 * parent + 2)
      var last = parent
      if left < heap.count, Element.precedes(heap[last], heap[left]) { last = left }
      if right < heap.count, Element.precedes(heap[last], heap[right]) { last = right }
      if last == parent { return }
      heap.swapAt(parent, last)
      parent = last
    }
  }
}

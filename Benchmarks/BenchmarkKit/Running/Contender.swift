/// One thing to time at one size.
///
/// Contenders with the same `name` and `task` and different parameters form a series, for which a
/// growth exponent can be fitted.
public struct Contender {
  /// What competes, such as `tiled` or `LSTM`.
  public let name: String
  /// What it is asked to do, such as `forward`; empty when a suite has only one task.
  public let task: String
  /// The sizes, in the order in which a table shows them.
  public let parameters: [SizeParameter]
  /// What one run does, for rates.
  public let cost: Cost
  /// Contenders of one group are ready at the same time and take their turns among one another; the groups of a run
  /// follow one another. With one group, which is what most suites want, all sizes meet the same moods of the machine;
  /// several are for works that are compared within their group only, or that do not fit into memory together.
  public let group: String
  /// Makes inputs and buffers. Not timed. What it throws makes the contender a hole in the table.
  /// All contenders of a group are ready at the same time, so share what is large between them.
  public let prepare: () throws -> Workload

  /// A contender that is prepared when its turn comes.
  public init(
    _ name: String, task: String = "", parameters: [SizeParameter] = [], cost: Cost = Cost(),
    group: String = "", prepare: @escaping () throws -> Workload
  ) {
    self.name = name
    self.task = task
    self.parameters = parameters
    self.cost = cost
    self.group = group
    self.prepare = prepare
  }

  /// For example `tiled forward n=1024`.
  public var label: String {
    Contender.label(name: name, task: task, parameters: parameters)
  }

  static func label(name: String, task: String, parameters: [SizeParameter]) -> String {
    ([name, task].filter { !$0.isEmpty } + parameters.map(\.description)).joined(separator: " ")
  }
}

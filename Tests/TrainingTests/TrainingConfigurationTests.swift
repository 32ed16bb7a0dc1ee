import AttentionKit
import Foundation
import Testing

@Suite struct TrainingConfigurationTests {
  /// Section 5: Adam with its constants, the warm-up schedule over 4000 of 100,000 steps, label smoothing 0.1.
  @Test func defaultsAreThePapers() throws {
    let configuration = TrainingConfiguration()
    #expect(configuration.maximumSteps == 100_000)
    #expect(configuration.schedule == LearningRateSchedule(.paper, rate: 1, warmupSteps: 4000))
    #expect(configuration.labelSmoothing == 0.1)
    #expect(configuration.clipNorm == 0)
    #expect(configuration.accumulationParts == 1)
    try configuration.validate()
  }

  @Test func survivesJSON() throws {
    var configuration = TrainingConfiguration()
    configuration.seed = .max
    configuration.labelSmoothing = 0.3
    configuration.optimizer.epsilon = 1e-30
    configuration.schedule.kind = .cosine
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: data) == configuration)
    // The way that a configuration file goes.
    var overlay = try ConfigurationOverlay(defaults: TrainingConfiguration())
    try overlay.apply(StrictJSON(parsing: data), origin: "test")
    #expect(try overlay.value(as: TrainingConfiguration.self) == configuration)
  }

  @Test(arguments: [
    (#"{"warmupSteps":5}"#, "warmupSteps"),
    (#"{"schedule":{"warmUpSteps":5}}"#, "schedule.warmUpSteps"),
    (#"{"optimizer":{"beta3":0.5}}"#, "optimizer.beta3"),
    (#"{"seed":1,"":2}"#, "\"\""),
  ])
  func unknownKeysAreNamed(_ text: String, _ name: String) throws {
    var overlay = try ConfigurationOverlay(defaults: TrainingConfiguration())
    let before = overlay.document
    let error = try #require(throws: ConfigurationFileError.self) {
      try overlay.apply(StrictJSON(parsing: text), origin: "my.json")
    }
    #expect("\(error)".contains("my.json: unknown key"), "\(error)")
    #expect("\(error)".contains(name), "\(error)")
    #expect(overlay.document == before)
  }

  /// Comparing letter by letter takes as long as the product of the lengths. The sign for kelvin is a K for Swift's
  /// strings and another key for JSON.
  @Test(
    .timeLimit(.minutes(1)), arguments: [String(repeating: "warm", count: 1 << 20), "see\u{212A}"])
  func longAndStrangeKeysAreUnknown(_ key: String) throws {
    var overlay = try ConfigurationOverlay(defaults: ["seeK": 1])
    let error = try #require(throws: ConfigurationFileError.self) {
      try overlay.apply(.object([.init(key, .number(1))]), origin: "my.json")
    }
    #expect(error.problem.hasPrefix("unknown key"))
  }

  @Test func aSimilarKeyIsProposed() throws {
    var overlay = try ConfigurationOverlay(defaults: TrainingConfiguration())
    let error = try #require(throws: ConfigurationFileError.self) {
      try overlay.set("schedule.warmUpSteps", to: "5", origin: "--set")
    }
    #expect("\(error)".contains(#"did you mean "warmupSteps"?"#), "\(error)")
  }

  private static let impossible:
    [(field: String, change: @Sendable (inout TrainingConfiguration) -> Void)] = [
      ("maximumSteps", { $0.maximumSteps = 0 }),
      (
        "maximumSteps",
        {
          $0.maximumSteps = -1
          $0.maximumEpochs = 1
        }
      ),
      ("maximumEpochs", { $0.maximumEpochs = -1 }),
      ("accumulationParts", { $0.accumulationParts = 0 }),
      ("logInterval", { $0.logInterval = 0 }),
      ("validationInterval", { $0.validationInterval = -1 }),
      ("checkpointInterval", { $0.checkpointInterval = 0 }),
      ("schedule.warmupSteps", { $0.schedule.warmupSteps = -1 }),
      ("schedule.rate", { $0.schedule.rate = -1 }),
      ("schedule.rate", { $0.schedule.rate = .nan }),
      ("schedule.finalRate", { $0.schedule.finalRate = .infinity }),
      ("labelSmoothing", { $0.labelSmoothing = 1 }),
      ("labelSmoothing", { $0.labelSmoothing = .nan }),
      ("clipNorm", { $0.clipNorm = -0.5 }),
      ("consistencyWeight", { $0.consistencyWeight = -1 }),
      ("consistencyWeight", { $0.consistencyWeight = .infinity }),
      ("optimizer.beta1", { $0.optimizer.beta1 = 1 }),
      ("optimizer.beta2", { $0.optimizer.beta2 = -0.1 }),
      ("optimizer.epsilon", { $0.optimizer.epsilon = .nan }),
      ("optimizer.weightDecay", { $0.optimizer.weightDecay = -1 }),
    ]

  @Test(arguments: impossible.indices)
  func impossibleValuesAreNamed(_ index: Int) throws {
    let (field, change) = Self.impossible[index]
    var configuration = TrainingConfiguration()
    change(&configuration)
    let error = try #require(throws: TrainingError.self) { try configuration.validate() }
    guard case .invalidConfiguration(let found, _, _) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(found == field)
    #expect(throws: TrainingError.self) {
      try Trainer(
        model: UnigramModel([0]), modelDimension: 1, configuration: configuration,
        source: FixedBatches([]))
    }
  }
}

import Foundation
import TestSupport
import Testing

@Suite struct UsageTests {
  @Test func noArgumentsShowTheHelpAndFail() throws {
    let result = try Tool.run()
    #expect(result.status == 2)
    #expect(result.errors.contains("usage: attend COMMAND"))
    #expect(result.output.isEmpty)
  }

  @Test(arguments: [
    "train", "translate", "score", "evaluate", "embed", "attention", "tokenize", "vocabulary",
    "average",
    "inspect",
    "info",
    "completion",
  ])
  func everyCommandHasHelp(command: String) throws {
    let result = try Tool.run(command, "--help")
    #expect(result.status == 0)
    #expect(result.output.contains("usage: attend \(command)"))
    #expect(result.output.contains("--threads N"))
    #expect(try Tool.run("--help").output.contains("  \(command) "))
  }

  @Test func anUnknownCommandIsRefusedWithTheNearest() throws {
    let result = try Tool.run("trian")
    #expect(result.status == 2)
    #expect(result.errors.contains("did you mean \"train\"?"))
  }

  @Test func anUnknownOptionIsRefusedWithTheNearest() throws {
    let result = try Tool.run("translate", "--modle", "x")
    #expect(result.status == 2)
    #expect(result.errors.contains("did you mean --model?"))
  }

  @Test(arguments: [
    (["translate"], "--model is required"), (["translate", "--model"], "--model needs a value"),
    (["inspect"], "an argument is missing"), (["inspect", "a", "b"], "unexpected argument \"b\""),
    (["info", "--threads", "none"], "expected a whole number"),
    (["info", "--json=1"], "--json takes no value"),
    (["translate", "--beam", "1", "--beam", "2"], "given twice"),
    (["evaluate", "--set", "x"], "unknown option --set"),
  ])
  func wrongUsageHasStatusTwoAndSaysWhy(arguments: [String], message: String) throws {
    let result = try Tool.run(arguments)
    #expect(result.status == 2)
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test func infoNamesTheMachineAndItsKernels() throws {
    let result = try Tool.run("info", "--json", "--threads", "1")
    #expect(result.status == 0)
    let report = try #require(
      JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(report["threads"] as? Int == 1)
    #expect(try #require(report["productRate"] as? Double) > 0)
    let machine = try #require(report["machine"] as? [String: Any])
    #expect(try #require(machine["vectorKernels"] as? String).isEmpty == false)
    #expect(try #require(machine["blasCoreAfter"] as? String).isEmpty == false)
  }

  @Test func aProcessorWithoutBFloat16IsSaidSo() throws {
    let folder = try TemporaryFolder()
    let words = [
      "train", "--output", folder.path + "/run", "--set", "data.task=copy",
      "--set", "training.precision=bfloat16",
    ]
    let result = try Tool.run(words, environment: ["ATTENTION_INSTRUCTIONS": "avx2"])
    #expect(result.status == 1)
    #expect(
      result.errors.contains("float32, since this CPU has no products of bfloat16 (AVX512_BF16)"),
      "\(result.errors)")
    #expect(try folder.names().isEmpty)
  }
}

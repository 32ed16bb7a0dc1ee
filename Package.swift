// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

func target(_ name: String, _ needs: Target.Dependency..., path: String? = nil) -> Target {
  .target(name: name, dependencies: needs, path: path, swiftSettings: settings)
}

func executable(_ name: String, _ needs: Target.Dependency..., path: String? = nil) -> Target {
  .executableTarget(name: name, dependencies: needs, path: path, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: Target.Dependency..., exclude: [String] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + dependencies,
    exclude: exclude, swiftSettings: settings)
}

func library(_ name: String) -> Product { .library(name: name, targets: [name]) }

let package = Package(
  name: "swift-attention",
  products: [
    library("AttentionKit"),
    library("PositionalEncodings"),
    library("AttentionLayers"),
    library("FeedForwardLayers"),
    library("ResidualLayers"),
    library("TiedEmbeddings"),
    library("AttentionMaps"),
    library("BenchmarkKit"),
    .executable(name: "attend", targets: ["attend"]),
    .executable(name: "bench", targets: ["bench"]),
  ],
  traits: [
    .trait(
      name: "SentencePiece",
      description: "Tokenizer of OPUS-MT and others; needs the system package libsentencepiece-dev."
    )
  ],
  targets: [
    // Below the tensors: system libraries and loops over memory.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
    .target(name: "CKernels", linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    target("Kernels", "CKernels", "COpenBLAS"),

    // Values and gradients.
    target("Tensors", "Kernels"),
    target("Autograd", "Kernels", "Tensors"),

    // The components of a Transformer. None imports another; TransformerModels is where they meet.
    target("CoreLayers", "Autograd", "CLAPACKE", "Kernels", "Tensors"),
    target("PositionalEncodings", "Autograd", "CoreLayers", "Tensors"),
    target("AttentionLayers", "Autograd", "CoreLayers", "Kernels", "Tensors"),
    target("FeedForwardLayers", "Autograd", "CoreLayers", "Kernels", "Tensors"),
    target("ResidualLayers", "Autograd", "CoreLayers", "Tensors"),
    target("TiedEmbeddings", "Autograd", "CoreLayers", "Kernels", "Tensors"),

    // Models and what is done with them.
    target("SequenceModels", "Autograd", "CoreLayers", "Tensors"),
    target(
      "TransformerModels", "AttentionLayers", "Autograd", "CoreLayers", "FeedForwardLayers",
      "Kernels",
      "PositionalEncodings", "ResidualLayers", "SequenceModels", "Tensors", "TiedEmbeddings"),
    target(
      "RecurrentModels", "AttentionLayers", "Autograd", "CoreLayers", "Kernels", "ModelFiles",
      "SequenceModels", "Tensors", "TiedEmbeddings"),
    target("Decoding", "Autograd", "CKernels", "Kernels", "SequenceModels", "Tensors"),
    .target(
      name: "CSentencePiece",
      cxxSettings: [.define("SENTENCEPIECE", .when(traits: ["SentencePiece"]))],
      linkerSettings: [.linkedLibrary("sentencepiece", .when(traits: ["SentencePiece"]))]),
    target(
      "TextProcessing",
      .target(name: "CSentencePiece", condition: .when(traits: ["SentencePiece"])), "ModelFiles",
      "Tensors"),
    target("Metrics"),
    target("ModelFiles", "Tensors"),
    target("ParameterFiles", "Autograd", "CoreLayers", "ModelFiles", "Tensors"),
    target("AttentionMaps", "ModelFiles", "Tensors"),
    target(
      "Training", "Autograd", "CoreLayers", "Kernels", "ModelFiles", "ParameterFiles",
      "SequenceModels", "Tensors"),
    target(
      "ModelConversion", "Autograd", "CoreLayers", "Kernels", "ModelFiles", "ParameterFiles",
      "PositionalEncodings", "RecurrentModels", "ResidualLayers", "SequenceModels", "Tensors",
      "TextProcessing", "TiedEmbeddings", "TransformerModels"),

    target(
      "AttentionKit", "AttentionLayers", "AttentionMaps", "Autograd", "CoreLayers", "Decoding",
      "FeedForwardLayers",
      "Kernels",
      "Metrics", "ModelConversion", "ModelFiles", "ParameterFiles", "PositionalEncodings",
      "RecurrentModels", "ResidualLayers", "SequenceModels", "Tensors", "TextProcessing",
      "TiedEmbeddings", "Training",
      "TransformerModels"),
    executable("attend", "AttentionKit", "Kernels"),

    .target(name: "CPerformanceCounters", path: "Benchmarks/CPerformanceCounters"),
    target("BenchmarkKit", "CPerformanceCounters", path: "Benchmarks/BenchmarkKit"),
    executable("bench", "AttentionKit", "BenchmarkKit", "Kernels", path: "Benchmarks/bench"),

    // Tests mirror the sources.
    .target(
      name: "TestSupport",
      dependencies: ["Autograd", "CoreLayers", "ModelFiles", "SequenceModels", "Tensors"],
      path: "Tests/TestSupport", swiftSettings: settings),
    target("Fuzzing", "Tensors", path: "Tests/Fuzzing"),
    tests("Kernels", "CKernels"),
    tests("Tensors", "Kernels"),
    tests("Autograd", "Kernels", "Tensors"),
    tests("CoreLayers", "Autograd", "Kernels", "Tensors"),
    tests("PositionalEncodings", "Autograd", "CoreLayers", "Tensors"),
    tests("AttentionLayers", "Autograd", "CoreLayers", "Kernels", "Tensors"),
    tests("FeedForwardLayers", "Autograd", "CoreLayers", "Kernels", "Tensors"),
    tests("ResidualLayers", "Autograd", "CoreLayers", "Kernels", "Tensors"),
    tests("TiedEmbeddings", "Autograd", "CoreLayers", "Kernels", "Tensors"),
    tests("TransformerModels", "AttentionKit", "Kernels"),
    tests("RecurrentModels", "AttentionKit"),
    tests("Decoding", "AttentionKit", "Kernels"),
    tests("TextProcessing", "SequenceModels", exclude: ["Fixtures"]),
    tests("Metrics", exclude: ["Fixtures"]),
    tests("ModelFiles", "Fuzzing", "Tensors"),
    tests("Fuzzing", "AttentionKit"),
    tests("ParameterFiles", "AttentionKit", "ModelFiles", "Tensors"),
    tests("ModelConversion", "AttentionKit"),
    tests("AttentionMaps", "ModelFiles", "Tensors"),
    tests("Training", "AttentionKit"),
    tests("BenchmarkKit"),
    tests("bench", "AttentionKit", "BenchmarkKit"),
    tests("attend", "AttentionKit", "ModelFiles", "Tensors"),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

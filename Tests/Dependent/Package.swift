// swift-tools-version: 6.1
// A package that depends on swift-attention, as users' packages do: one target imports everything, one a few
// components alone. `make test-dependent` builds and runs it in debug and release.
import PackageDescription

let package = Package(
  name: "Dependent",
  dependencies: [.package(name: "swift-attention", path: "../..")],
  targets: [
    .executableTarget(
      name: "Whole", dependencies: [.product(name: "AttentionKit", package: "swift-attention")]),
    .executableTarget(
      name: "Component",
      dependencies: [
        .product(name: "PositionalEncodings", package: "swift-attention"),
        .product(name: "ResidualLayers", package: "swift-attention"),
      ]),
  ])

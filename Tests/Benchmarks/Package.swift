// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nothing of it reaches users of Valise.
let package = Package(
  name: "benchmarks",
  targets: [
    .executableTarget(name: "launch"),
    .executableTarget(name: "bench", dependencies: ["launch"]),
  ],
  swiftLanguageModes: [.v6]
)

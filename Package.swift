// swift-tools-version: 6.2
import PackageDescription

/// Every module is checked alike: strict memory safety, no implicit existentials, imports internal
/// unless they say otherwise, and no warning is let through.
let settings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "valise",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "JOSE", targets: ["JOSE"]),
    .library(name: "Contacts", targets: ["Contacts"]),
    .library(name: "Secrets", targets: ["Secrets"]),
    .library(name: "Post", targets: ["Post"]),
    .executable(name: "valise", targets: ["valise"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
  ],
  targets: [
    // Floor 0: the C libraries.
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CPlatform"),
    .target(name: "CBase64URL"),
    // Floor 1: the only floor where `unsafe` may stand.
    .target(
      name: "Primitives",
      dependencies: ["COpenSSL", "CSodium", "CZlib", "CYAML", "CPlatform", "CBase64URL"],
      swiftSettings: settings),
    .target(name: "DurableFiles", dependencies: ["CPlatform"], swiftSettings: settings),
    // Floor 2.
    .target(name: "JOSE", dependencies: ["Primitives", "DurableFiles"], swiftSettings: settings),
    // Floor 3: siblings that never import each other.
    .target(
      name: "Contacts", dependencies: ["JOSE", "DurableFiles", "Primitives"],
      swiftSettings: settings),
    .target(
      name: "Secrets", dependencies: ["JOSE", "DurableFiles", "Primitives"],
      swiftSettings: settings),
    .target(
      name: "Post",
      dependencies: [
        "JOSE", "DurableFiles", "Primitives", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    // Floor 4.
    .executableTarget(
      name: "valise",
      dependencies: [
        "Contacts", "Secrets", "Post", "JOSE", "DurableFiles", "Primitives", argumentParser,
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "microbench", dependencies: ["Primitives", "COpenSSL"], path: "Tests/MicroBenchmark"),
    .executableTarget(
      name: "postbench",
      dependencies: [
        "Post", "JOSE", "Primitives", .product(name: "GRDB", package: "GRDB.swift"),
      ],
      path: "Tests/PostBenchmark"),
    .testTarget(name: "PrimitivesTests", dependencies: ["Primitives", "Vectors"]),
    .testTarget(name: "DurableFilesTests", dependencies: ["DurableFiles"]),
    .testTarget(
      name: "JOSETests", dependencies: ["Seeded", "JOSE", "Primitives", "DurableFiles", "Vectors"]),
    .testTarget(
      name: "ContactsTests",
      dependencies: ["Seeded", "Contacts", "JOSE", "DurableFiles", "Primitives", "Vectors"]),
    .testTarget(
      name: "SecretsTests", dependencies: ["Seeded", "Secrets", "JOSE", "Primitives"],
      exclude: ["Corpus"]),
    .testTarget(
      name: "PostTests",
      dependencies: [
        "Seeded",
        "Post", "JOSE", "DurableFiles", "Primitives", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .testTarget(
      name: "CommandTests", dependencies: ["Post", "Seeded", "valise", argumentParser]),
    .target(name: "Vectors", path: "Tests/Vectors"),
    .target(name: "Seeded", path: "Tests/Seeded"),
  ],
  swiftLanguageModes: [.v6]
)

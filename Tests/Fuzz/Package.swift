// swift-tools-version: 6.2
import PackageDescription

// A package of its own, because a product for libFuzzer has no main:
//   swift build -c release --sanitize=fuzzer --sanitize=address \
//     -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing --product Fuzz
//   SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 .build/release/Fuzz -max_total_time=60
// The compiler takes the last -sanitize alone when it decides on coverage; without the third flag
// the fuzzer runs blind, and says so: 'no interesting inputs were found'.
let package = Package(
  name: "valise-fuzz",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "valise", path: "../..")],
  targets: [
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        .product(name: "JOSE", package: "valise"), .product(name: "Secrets", package: "valise"),
        .product(name: "Contacts", package: "valise"), .product(name: "Post", package: "valise"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])])
  ],
  swiftLanguageModes: [.v6]
)

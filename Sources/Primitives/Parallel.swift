/// The same work on many elements, on both of two cores.
package enum Parallel {
  /// Below this many elements a thread costs more than it saves.
  private static let worthwhileCount = 32

  /// What `transform` makes of each element, in order.
  ///
  /// It runs on two threads at once and so must not change anything that it shares.
  ///
  /// - Throws: an error of `transform`, of the first half if both fail.
  package static func map<Element, Result, Failure: Error>(
    _ elements: [Element], _ transform: (Element) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    guard elements.count >= worthwhileCount else {
      return try half(elements[...], transform).get()
    }
    let middle = elements.count / 2
    let results = withoutActuallyEscaping(transform) { transform in
      let box = Box<[Result], Failure>()
      let worker = Worker { box.result = half(elements[middle...], transform) }
      let first = half(elements[..<middle], transform)
      worker?.join()
      return (first, box.result ?? half(elements[middle...], transform))
    }
    return try results.0.get() + results.1.get()
  }

  private final class Box<Success, Failure: Error> {
    var result: Swift.Result<Success, Failure>?
  }

  private static func half<Element, Result, Failure: Error>(
    _ elements: ArraySlice<Element>, _ transform: (Element) throws(Failure) -> Result
  ) -> Swift.Result<[Result], Failure> {
    var results: [Result] = []
    results.reserveCapacity(elements.count)
    do throws(Failure) {
      for element in elements { results.append(try transform(element)) }
      return .success(results)
    } catch { return .failure(error) }
  }
}

/// The secrets of a target in every spelling in which somebody may repeat them, ready to be searched for.
struct SecretPatterns: Sendable {
  private struct Pattern: Sendable {
    var scalars: [Unicode.Scalar]
    /// For every length of a partial match, the length of the longest shorter one that ends there too
    /// (Knuth, Morris and Pratt), so that a hostile text cannot make the search slow.
    var shorter: [Int]
    /// Secrets of 1 to 3 characters are also parts of words, and stand alone when they are meant.
    var standsAlone: Bool
  }

  private let patterns: [Pattern]

  init(_ secrets: [Secret]) {
    var seen = Set<[Unicode.Scalar]>()
    var patterns: [Pattern] = []
    for secret in secrets where !secret.exposed.isEmpty {
      let standsAlone = secret.exposed.count <= 3
      for spelling in SecretSpellings.all(of: secret.exposed) {
        let scalars = Array(spelling.unicodeScalars)
        guard seen.insert(scalars).inserted else { continue }
        patterns.append(
          Pattern(scalars: scalars, shorter: Self.borders(of: scalars), standsAlone: standsAlone))
      }
    }
    self.patterns = patterns
  }

  var isEmpty: Bool { patterns.isEmpty }

  /// The parts of a text that spell a secret, in order, not overlapping.
  func ranges(in text: [Unicode.Scalar]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    for pattern in patterns { Self.search(pattern, in: text, into: &found) }
    found.sort { $0.lowerBound < $1.lowerBound }
    var merged: [Range<Int>] = []
    for range in found {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  private static func search(
    _ pattern: Pattern, in text: [Unicode.Scalar], into found: inout [Range<Int>]
  ) {
    var matched = 0
    for index in text.indices {
      while matched > 0, pattern.scalars[matched] != text[index] { matched = pattern.shorter[matched - 1] }
      if pattern.scalars[matched] == text[index] { matched += 1 }
      guard matched == pattern.scalars.count else { continue }
      let range = (index + 1 - matched)..<(index + 1)
      if !pattern.standsAlone || standsAlone(range, in: text) { found.append(range) }
      matched = pattern.shorter[matched - 1]
    }
  }

  private static func standsAlone(_ range: Range<Int>, in text: [Unicode.Scalar]) -> Bool {
    let before = range.lowerBound > 0 ? text[range.lowerBound - 1] : nil
    let after = range.upperBound < text.count ? text[range.upperBound] : nil
    return [before, after].allSatisfy { scalar in
      guard let scalar else { return true }
      return !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
    }
  }

  private static func borders(of scalars: [Unicode.Scalar]) -> [Int] {
    var borders = [Int](repeating: 0, count: scalars.count)
    var matched = 0
    for index in scalars.indices.dropFirst() {
      while matched > 0, scalars[matched] != scalars[index] { matched = borders[matched - 1] }
      if scalars[matched] == scalars[index] { matched += 1 }
      borders[index] = matched
    }
    return borders
  }
}

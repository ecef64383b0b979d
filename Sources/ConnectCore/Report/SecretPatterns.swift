/// The secrets of a target in every spelling in which somebody may repeat them, ready to be searched for.
struct SecretPatterns: Sendable {
  private struct Pattern: Sendable {
    var bytes: [UInt8]
    /// For every length of a partial match, the length of the longest shorter one that ends there too
    /// (Knuth, Morris and Pratt), so that a hostile text cannot make the search slow.
    var shorter: [Int]
    /// Secrets of 1 to 3 characters are also parts of words, and stand alone when they are meant.
    var standsAlone: Bool
  }

  private let patterns: [Pattern]

  /// From how many bytes on the beginning of a secret is one too: who repeats a long text may cut it. Shorter ones are
  /// words that also names begin with.
  private static let leastBeginning = 16

  init(_ secrets: [Secret]) {
    var seen = Set<[UInt8]>()
    var patterns: [Pattern] = []
    for secret in secrets where !secret.exposed.isEmpty {
      let standsAlone = secret.exposed.count <= 3
      for spelling in SecretSpellings.all(of: secret.exposed) {
        let bytes = Array(spelling.utf8)
        guard !bytes.isEmpty, seen.insert(bytes).inserted else { continue }
        patterns.append(Pattern(bytes: bytes, shorter: Self.borders(of: bytes), standsAlone: standsAlone))
      }
    }
    self.patterns = patterns
  }

  var isEmpty: Bool { patterns.isEmpty }

  /// The parts of a text in UTF-8 that spell a secret, in order, not overlapping.
  func ranges(in text: [UInt8]) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var occurs = [Bool](repeating: false, count: 256)
    for byte in text { occurs[Int(byte)] = true }
    // Most spellings have a byte that the text has not, and need not be looked for.
    for pattern in patterns
    where pattern.bytes.prefix(Self.leastBeginning).allSatisfy({ occurs[Int($0)] }) {
      Self.search(pattern, in: text, into: &found)
    }
    found.sort { $0.lowerBound < $1.lowerBound }
    return found.reduce(into: []) { Self.add($1, to: &$0) }
  }

  /// Adds a part, as one with the last if the two touch.
  private static func add(_ range: Range<Int>, to ranges: inout [Range<Int>]) {
    if let last = ranges.last, last.lowerBound <= range.lowerBound, range.lowerBound <= last.upperBound {
      ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    } else {
      ranges.append(range)
    }
  }

  private static func search(_ pattern: Pattern, in text: [UInt8], into found: inout [Range<Int>]) {
    let bytes = pattern.bytes
    let shorter = pattern.shorter
    var matched = 0
    for index in 0..<text.count {
      let byte = text[index]
      if matched >= leastBeginning, bytes[matched] != byte { add(index - matched..<index, to: &found) }
      while matched > 0, bytes[matched] != byte { matched = shorter[matched - 1] }
      if bytes[matched] == byte { matched += 1 }
      guard matched == bytes.count else { continue }
      let range = (index + 1 - matched)..<(index + 1)
      if !pattern.standsAlone || standsAlone(range, in: text) { add(range, to: &found) }
      matched = shorter[matched - 1]
    }
    if matched >= leastBeginning { add(text.count - matched..<text.count, to: &found) }
  }

  private static func standsAlone(_ range: Range<Int>, in text: [UInt8]) -> Bool {
    // A scalar has at most four bytes.
    let before = String(decoding: text[max(0, range.lowerBound - 4)..<range.lowerBound], as: UTF8.self)
    let after = String(
      decoding: text[range.upperBound..<min(text.count, range.upperBound + 4)], as: UTF8.self)
    return [before.unicodeScalars.last, after.unicodeScalars.first].allSatisfy { scalar in
      guard let scalar else { return true }
      return !scalar.properties.isAlphabetic && scalar.properties.numericType == nil
    }
  }

  private static func borders(of bytes: [UInt8]) -> [Int] {
    var borders = [Int](repeating: 0, count: bytes.count)
    var matched = 0
    for index in bytes.indices.dropFirst() {
      while matched > 0, bytes[matched] != bytes[index] { matched = borders[matched - 1] }
      if bytes[matched] == bytes[index] { matched += 1 }
      borders[index] = matched
    }
    return borders
  }
}

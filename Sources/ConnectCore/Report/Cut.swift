extension String {
  /// The text, or its beginning and an ellipsis where it is longer than so many Unicode scalars.
  ///
  /// Only clean text is cut: of a secret that is cut in two the Sanitiser would know neither half.
  func cut(to count: Int) -> String {
    // Most texts are short, and their bytes are counted at once.
    guard utf8.count > count, unicodeScalars.count > count else { return self }
    return String(unicodeScalars.prefix(count)) + "…"
  }
}

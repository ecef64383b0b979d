/// A client library that could not be opened or may not be used.
package struct MissingDriver: Error, Codable, Equatable, Sendable {
  /// `libpq`
  package var library: String
  /// The Debian package and the Homebrew formula that bring it; nil: Debian has none.
  package var debianPackage: String?
  package var homebrewFormula: String
  /// Where its makers publish it, if that is where a system without a package gets it from.
  package var download: String?
  /// The file that is there and cannot be used; nil: none was found.
  package var refusedPath: String?
  /// Why it cannot be used: a sentence without its point.
  package var refusal: String
  /// The loader's own words.
  package var detail: String
  /// What else was looked at, or named by the user, and not used; sentences without their point.
  package var notes: [String] = []

  /// Why most files are refused: the TLS of a copy of its own could not be watched.
  package static let anotherOpenSSL = "it is built with another OpenSSL"

  package init(
    library: String, debianPackage: String?, homebrewFormula: String, download: String? = nil,
    refusedPath: String? = nil, refusal: String = anotherOpenSSL, detail: String
  ) {
    self.library = library
    self.debianPackage = debianPackage
    self.homebrewFormula = homebrewFormula
    self.download = download
    self.refusedPath = refusedPath
    self.refusal = refusal
    self.detail = detail
  }

  /// What there is to say of it beside that it is missing, the most telling first.
  package var reasons: [String] {
    (refusedPath.map { ["\($0) cannot be used: \(refusal)"] } ?? []) + notes
  }

  /// How to get it: an end of a sentence.
  package var installation: String {
    let ways =
      (debianPackage.map { ["apt install \($0) (Debian, Ubuntu)"] } ?? [])
      + ["brew install \(homebrewFormula) (macOS)"]
      + (download.map { ["\(library) from \($0) (Linux: Debian and Ubuntu have no package)"] } ?? [])
    return ways.joined(separator: " or ")
  }
}

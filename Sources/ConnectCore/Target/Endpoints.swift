/// A list of endpoints as etcdctl takes them: each may have the scheme, and a slash at its end.
enum Endpoints {
  /// The list as one authority, path and query: `u@a:1/,http://b:2/?x=y` becomes `u@a:1,b:2/?x=y`.
  ///
  /// - Parameters:
  ///   - text: What follows the first `//`.
  ///   - scheme: The first one's scheme, in lower case.
  /// - Throws: why it cannot be read, without a word of it.
  static func joined(_ text: Substring, scheme: String) throws(Fault) -> Substring {
    let list = text.prefix { $0 != "?" }
    // Neither can stand in a password, whose slashes are escaped.
    var endpoints = list.split(separator: ",\(scheme)://", omittingEmptySubsequences: false)
      .flatMap { $0.split(separator: "/,", omittingEmptySubsequences: false) }
    guard endpoints.count > 1, var last = endpoints.popLast() else {
      guard !list.contains("://") else { throw .schemesDiffer }
      return text
    }
    guard !list.replacing(",\(scheme)://", with: ",").contains("://") else { throw .schemesDiffer }
    endpoints = endpoints.map { $0.hasSuffix("/") ? $0.dropLast() : $0 }
    guard !endpoints.contains(where: { $0.contains("/") }) else { throw .path }
    guard !(endpoints.dropFirst() + [last]).contains(where: { $0.contains("@") }) else { throw .secondUser }
    last = text[last.startIndex...]
    return (endpoints + [last]).joined(separator: ",")[...]
  }

  enum Fault: Error {
    case schemesDiffer, path, secondUser

    var words: String {
      switch self {
      case .schemesDiffer: "its hosts do not all have the same scheme"
      case .path: "only after the last of its hosts may a path follow"
      case .secondUser: "a user stands before the first of its hosts only"
      }
    }
  }
}

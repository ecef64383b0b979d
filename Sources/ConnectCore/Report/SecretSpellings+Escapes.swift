extension SecretSpellings {
  /// In an HTML or XML text. What stands for `& < >` is the same everywhere; for the others each library has its own,
  /// or leaves them as they are (Python, Go, PHP, OWASP's encoder, mustache, XML).
  static func markup(_ secret: String) -> [String] {
    let always = secret.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
      ">", with: "&gt;")
    var spellings = [always]
    for (character, references) in [
      ("\"", ["&quot;", "&#34;", "&#x22;"]), ("'", ["&#39;", "&#x27;", "&#039;", "&apos;"]),
      ("/", ["&#x2F;", "&#x2f;", "&#47;"]), ("`", ["&#x60;", "&#96;"]), ("=", ["&#x3D;", "&#61;"]),
    ] where secret.contains(character) {
      spellings += spellings.flatMap { spelling in
        references.map { spelling.replacing(character, with: $0) }
      }
    }
    return spellings
  }

  /// In a JSON text that is safe inside of HTML: Go's, and Gson's, which spares two more.
  static func jsonInMarkup(_ json: String) -> [String] {
    let go = json.replacing("&", with: "\\u0026").replacing("<", with: "\\u003c").replacing(
      ">", with: "\\u003e")
    return [go, go.replacing("=", with: "\\u003d").replacing("'", with: "\\u0027")]
  }
}

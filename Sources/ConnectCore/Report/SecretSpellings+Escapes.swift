extension SecretSpellings {
  /// In an HTML or XML text, by the libraries that there are. What stands for `& < >` is the same everywhere.
  static func markup(_ secret: String) -> [String] {
    let always = secret.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
      ">", with: "&gt;")
    return Set(
      references.map { references in
        references.reduce(always) { $0.replacing($1.key, with: $1.value) }
      }
    ).sorted()
  }

  /// What stands for the other characters, a row for each way to write them; their number is the cost of a long secret.
  private static let references: [KeyValuePairs<String, String>] = [
    // In texts that are no attributes.
    [:],
    ["\"": "&quot;"], ["'": "&#39;"], ["/": "&#x2F;"],
    // XML
    ["\"": "&quot;", "'": "&apos;"],
    // Many
    ["\"": "&quot;", "'": "&#39;"],
    // Go
    ["\"": "&#34;", "'": "&#39;"], ["\"": "&#34;", "'": "&#39;", "`": "&#96;", "=": "&#61;"],
    // Python
    ["\"": "&quot;", "'": "&#x27;"],
    // PHP
    ["\"": "&quot;", "'": "&#039;"],
    // OWASP's rules
    ["\"": "&quot;", "'": "&#x27;", "/": "&#x2F;"], ["\"": "&#x22;", "'": "&#x27;", "/": "&#x2f;"],
    ["\"": "&#34;", "'": "&#39;", "/": "&#47;", "`": "&#96;", "=": "&#61;"],
    // mustache.js, Handlebars
    ["\"": "&quot;", "'": "&#39;", "/": "&#x2F;"],
    ["\"": "&quot;", "'": "&#39;", "/": "&#x2F;", "`": "&#x60;", "=": "&#x3D;"],
    ["\"": "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"],
  ]

  /// In a JSON text that is safe inside of HTML: Go's, and Gson's, which spares two more.
  static func jsonInMarkup(_ json: String) -> [String] {
    let go = json.replacing("&", with: "\\u0026").replacing("<", with: "\\u003c").replacing(
      ">", with: "\\u003e")
    return [go, go.replacing("=", with: "\\u003d").replacing("'", with: "\\u0027")]
  }
}

import Lab

/// Answers of HTTP as servers give them, for a `MisbehavingServer` to say.
enum ClickHouseAnswer {
  /// An answer with a body of its length.
  static func text(_ status: String, _ headers: [String] = [], _ body: String = "") -> String {
    (["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n")
      + "\r\n\r\n" + body
  }

  /// An exception as ClickHouse 24 sends it, with the headers that it has since version 20.
  static func exception(_ status: String, _ code: Int, _ words: String, _ name: String) -> String {
    let body = "Code: \(code). DB::Exception: \(words). (\(name)) (version 24.8.4.13 (official build))\n"
    return text(
      status,
      [
        "Content-Type: text/plain; charset=UTF-8", "X-ClickHouse-Server-Display-Name: ch1",
        "X-ClickHouse-Exception-Code: \(code)", "X-ClickHouse-Query-Id: 4d6a", "Keep-Alive: timeout=3",
      ], body)
  }

  /// The row that the first query asks for, in chunks as ClickHouse sends it.
  static let row = row()

  static func row(version: String = "24.8.4.13", user: String = "tester") -> String {
    let body = "version\tuser\tdatabase\nString\tString\tString\n\(version)\t\(user)\tdefault\n"
    return """
      HTTP/1.1 200 OK\r\nContent-Type: text/tab-separated-values; charset=UTF-8\r\nTransfer-Encoding: chunked\r\n\
      X-ClickHouse-Server-Display-Name: ch1\r\nX-ClickHouse-Format: TabSeparatedWithNamesAndTypes\r\n\r\n\
      \(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n
      """
  }

  /// What /ping says.
  static let ok = text("200 OK", ["X-ClickHouse-Server-Display-Name: ch1"], "Ok.\n")
}

/// What HTTP can say of a login (ClickHouse documentation, "HTTP interface").
enum ClickHouseLimits {
  /// Throws where neither ClickHouse's own headers nor Basic's (RFC 7617 section 2) can hold both parts.
  static func check(_ target: ConnectionTarget) throws(UsageError) {
    guard let user = target.user, user.contains(":") else { return }
    guard user.fitsHTTPHeader else {
      throw UsageError(
        "The user name holds a colon, and a control character or a space at an end: HTTP has no way to send both."
      )
    }
    guard target.password?.exposed.fitsHTTPHeader ?? true else {
      throw UsageError(
        "The user name holds a colon, and the password a control character or a space at an end: HTTP has no way to send both."
      )
    }
  }
}

extension String {
  /// Whether the text arrives as a header's value as it is (RFC 9110 section 5.5).
  package var fitsHTTPHeader: Bool {
    utf8.allSatisfy { $0 >= 32 && $0 != 127 } && utf8.first != 32 && utf8.last != 32
  }
}

internal import ConnectCore

/// Errors of the protocol, and what was seen that is none of them.
enum CassandraErrors {
  /// A server's ERROR message: its text, and its code as section 9 of the specification writes it.
  static func error(code: Int, text: String) -> ServerError {
    ServerError(text: text, nativeCode: Self.name(of: code), origin: .server)
  }

  /// `0x0100`
  static func name(of code: Int) -> String {
    let digits = String(UInt32(truncatingIfNeeded: code), radix: 16, uppercase: true)
    return "0x" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// The number that `name` has made a text of.
  static func code(of error: ServerError) -> Int? {
    guard let name = error.nativeCode, name.hasPrefix("0x") else { return nil }
    return Int(name.dropFirst(2), radix: 16)
  }

  /// Frames that are not what the specification says.
  static let malformed = FailureEvent.other("the server sent a message of CQL's protocol that cannot be read")
  /// A segment of version 5 that was damaged on its way, or never was one.
  static let broken = FailureEvent.other("the server sent a segment of CQL's protocol with a wrong checksum")

  // MARK: Logins that were not gone through with

  /// AUTHENTICATE came, and there is nothing, or nobody, to answer with.
  static func noLogin(_ className: String, userIsMissing: Bool = false) -> FailureEvent {
    .other(
      "the server asked for a login (\(shortName(className)))"
        + (userIsMissing ? ", and no user was given" : ""))
  }

  /// An authenticator that gets no password from us.
  static func refused(_ className: String) -> FailureEvent {
    let kind = CassandraAuthenticator.kind(of: className).map { " (\($0))" } ?? ""
    return .other(
      "the server logs clients in by \(className)\(kind), which this program does not know how to answer; no password was sent"
    )
  }

  /// A challenge that the authenticator does not have.
  static func unexpectedChallenge(_ className: String) -> FailureEvent {
    .other("\(className) asked for more than a user and a password, which it did not get")
  }

  private static func shortName(_ className: String) -> String {
    className.split(separator: ".").last.map(String.init) ?? className
  }
}

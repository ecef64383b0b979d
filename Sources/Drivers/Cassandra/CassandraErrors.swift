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
  /// Nothing but messages that nobody asked for.
  static let flood = FailureEvent.other(
    "the server sent \(CassandraDialogue.mostPassedOver) messages that nobody had asked for, and no answer")

  // MARK: Logins that were not gone through with

  /// AUTHENTICATE came, and there is nothing, or nobody, to answer with.
  static func noLogin(_ className: String, userIsMissing: Bool = false) -> FailureEvent {
    .other(
      "the server asked for a login (\(shortName(className)))"
        + (userIsMissing ? ", and no user was given" : ""))
  }

  /// An authenticator that may be anything, of a server that may be anybody.
  static func unverified(_ className: String) -> FailureEvent {
    .other("no password was sent to the authenticator \(shown(className))\(unverifiedEnd)")
  }

  /// An authenticator that takes no password as it is.
  static func unspoken(_ className: String) -> FailureEvent {
    let mechanism = CassandraAuthenticator.otherMechanism(of: className) ?? "another way of logging in"
    return .other(
      "no password was sent to the authenticator \(shown(className)): it is for \(mechanism)\(unspokenEnd)")
  }

  /// A challenge that the authenticator does not have.
  static func unexpectedChallenge(_ className: String) -> FailureEvent {
    .other(
      "the authenticator \(shown(className)) asked for more than a user and a password, and did not get it")
  }

  /// How the words of `unverified` end, whatever the class is called.
  static let unverifiedEnd = ", which is not known here, since the server's certificate was not verified"
  /// How the words of `unspoken` end.
  static let unspokenEnd = ", which is not spoken here"

  /// A class name for the middle of a sentence. One that is too long to be one is not cut: a secret in it that is cut
  /// in two would not be known for one.
  private static func shown(_ className: String) -> String {
    if className.isEmpty { return "without a name" }
    let count = className.utf8.count
    return count > 200 ? "with a name of \(count) bytes" : className
  }

  private static func shortName(_ className: String) -> String {
    guard let last = className.split(separator: ".").last, last.utf8.count <= 200 else {
      return "by an authenticator \(shown(className))"
    }
    return String(last)
  }
}

internal import ConnectCore

/// From what a MySQL or MariaDB server or libmariadb reported to its cause. Pure; `explain` uses it too.
struct MySQLRules: DiagnosisRules {
  func finding(for failure: ConnectionFailure, target: ConnectionTarget) -> Finding? {
    switch failure.event {
    case .serverReported: break
    case MySQLErrors.surplusBeforeTLS: return Finding(cause: .wrongProtocol)
    default: return nil
    }
    guard let error = failure.error else { return nil }
    if Self.isLoginRefusal(error) { return MySQLLoginRefusal(failure: failure, target: target).finding }
    if Self.saysTLSRequired(error) { return Finding(cause: .serverRequiresTLS) }
    switch error.nativeCode {
    case "5010": return Self.refusedPlugin(error, target)
    case "2061": return Self.fullAuthentication(failure, target)
    case "1044":
      return Finding(
        cause: .accessDenied,
        notes: [
          "To an account without rights on it the server says the same of a database that does not exist"
        ])
    default: return error.nativeCode.flatMap(Self.cause).map { Finding(cause: $0) }
    }
  }

  // MARK: Who has to come over TLS

  /// ER_ACCESS_DENIED_ERROR, ER_ACCESS_DENIED_NO_PASSWORD_ERROR.
  static func isLoginRefusal(_ error: ServerError) -> Bool {
    error.origin == .server && ["1045", "1698"].contains(error.nativeCode)
  }

  /// Whether a server says this only to somebody whose password it has found right: no right to the database or no
  /// such database (1044, 1049), too many connections of the account (1203, 1226), a password that has expired
  /// (1862), an account that is locked (MySQL 3118, MariaDB 4151).
  static func followsLogin(_ error: ServerError) -> Bool {
    error.origin == .server
      && ["1044", "1049", "1203", "1226", "1862", "3118", "4151"].contains(error.nativeCode)
  }

  /// The spellings of "you have to come over TLS" of the servers that speak this protocol.
  static func saysTLSRequired(_ error: ServerError) -> Bool {
    guard error.origin == .server else { return false }
    // ER_SECURE_TRANSPORT_REQUIRED.
    if error.nativeCode == "3159" { return true }
    let text = error.text.lowercased()
    return plainRefusals.contains { text.contains($0) }
  }

  private static let plainRefusals = [
    "insecure transport are prohibited",
    "ssl connection is required",  // Azure, 9002
    "client must use ssl/tls",  // Vitess, PlanetScale: server does not allow insecure connections, …
    "access without ssl denied",
  ]

  /// Whether a login that failed in plain text leaves open what it would have brought over TLS.
  static func leavesTLSOpen(_ failure: ConnectionFailure) -> Bool {
    guard failure.event == .serverReported, failure.stage == .auth, let error = failure.error else {
      return false
    }
    return isLoginRefusal(error)
  }

  // MARK: Ways of logging in that were not taken

  private static func refusedPlugin(_ error: ServerError, _ target: ConnectionTarget) -> Finding {
    if error.text.contains("'\(MySQLSSLPolicy.clearPassword)'") {
      return Finding(
        cause: .authenticationFailed, recommendedMode: .verifyIdentity,
        notes: [
          "The server asks for mysql_clear_password, as RDS does for IAM, Azure for Entra ID, and PAM: that sends the password itself, so it is done only after the server's certificate was verified"
        ])
    }
    if error.text.contains("'sha256_password'") {
      return Finding(
        cause: .authenticationFailed, recommendedMode: max(.required, target.ssl.mode),
        notes: ["The server asks for sha256_password, which is done over TLS only"])
    }
    return Finding(
      cause: .authenticationFailed,
      notes: [
        "The server asks for a way of logging in that is not used here, since it could give the password to a server that only pretends"
      ])
  }

  private static func fullAuthentication(_ failure: ConnectionFailure, _ target: ConnectionTarget) -> Finding
  {
    let note =
      "Without TLS the password could be encrypted only for a key that anyone on the network path can replace, so it was not sent"
    if failure.answers.contains(.offersNoTLS) {
      return Finding(cause: .authenticationFailed, notes: [note, "The server offers no TLS"])
    }
    return Finding(cause: .serverRequiresTLS, notes: [note])
  }

  // MARK: Codes

  /// Error numbers (MySQL's and MariaDB's error references) to causes.
  static func cause(number: String) -> Cause? {
    switch number {
    case "1049": .databaseNotFound
    case "1042", "1129", "1130", "1142", "3118", "3955", "4150", "4151": .accessDenied
    case "1040", "1041", "1135", "1203", "1226": .tooManyConnections
    case "1047", "1053", "3032", "9001": .serverNotReady
    case "1251", "1275", "1524", "1862", "2049", "2059": .authenticationFailed
    case "1043": .tlsFailureOther
    case "2007", "2012", "2020", "2027": .wrongProtocol
    default: nil
    }
  }
}

/// What `Access denied for user` means: on MariaDB a wrong password and a login that has to come over TLS, or with a
/// client certificate, are told with the same words.
private struct MySQLLoginRefusal {
  let failure: ConnectionFailure
  let target: ConnectionTarget

  private var mode: SSLMode { target.ssl.mode }
  private var passwordIsRight: Bool { failure.answers.contains(.acknowledgesPassword) }

  var finding: Finding {
    for answer in failure.answers {
      switch answer {
      case .takesLoginOverTLS: return Finding(cause: .serverRequiresTLS)
      case .asksForClientCertificate: return clientCertificate
      case .refusesOverTLS:
        return Finding(
          cause: .authenticationFailed, notes: ["So it is not for the lack of TLS that the login was refused"]
        )
      default: continue
      }
    }
    if passwordIsRight {
      return Finding(cause: mode == .disabled ? .serverRequiresTLS : .accessDenied)
    }
    var notes: [String] = []
    if target.hosts.contains(where: \.isUnixSocket) {
      notes.append(
        "The server may give the same answer to an account that has to come over TLS (REQUIRE SSL), which a Unix socket never is"
      )
    } else if mode == .disabled, !target.asksQuestions || target.until == .auth {
      notes.append(
        "A server may give the same answer to an account that has to come over TLS (REQUIRE SSL, require_secure_transport)"
      )
    } else if mode != .disabled, target.ssl.certificateFile != nil {
      notes.append(
        "The server may give the same answer to an account that wants another client certificate (REQUIRE SUBJECT or ISSUER)"
      )
    }
    return Finding(cause: .authenticationFailed, notes: notes)
  }

  /// MySQL and MariaDB ask every client for a certificate, also where no account needs one: that alone proves nothing.
  private var clientCertificate: Finding {
    if passwordIsRight { return Finding(cause: .clientCertificateRequired) }
    return Finding(
      cause: .authenticationFailed,
      notes: [
        "If the account is declared REQUIRE X509, SUBJECT or ISSUER, the refusal is for the lack of a client certificate"
      ])
  }
}

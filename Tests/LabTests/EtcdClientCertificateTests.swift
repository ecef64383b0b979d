import Lab
import Testing

/// What the client shows of itself × five modes, and who it is by that.
@Suite struct EtcdClientCertificateTests {
  typealias Table = ClientCertificateTable<EtcdServer>

  static func pair(_ name: String) -> String { "--ssl-cert {pki}/\(name).crt --ssl-key {pki}/\(name).key" }

  static let certificates = [
    Table.client("absent", "", fails: .clientCertificateRequired),
    Table.client("absent, TLS 1.2", on: .mutual12, "", fails: .clientCertificateRequired),
    Table.client("good", pair("client")),
    Table.client("good, TLS 1.2", on: .mutual12, pair("client")),
    Table.client("certificate and key in one file", "--ssl-cert {pki}/client-both.pem"),
    Table.client("good, and nobody asked for it", on: .good, pair("client")),
    Table.client("from an unknown CA", pair("client-unknown"), fails: .clientCertificateRejected),
    Table.client(
      "from an unknown CA, TLS 1.2", on: .mutual12, pair("client-unknown"), fails: .clientCertificateRejected),
    Table.client("expired", pair("client-expired"), fails: .clientCertificateRejected),
    Table.client(
      "expired, TLS 1.2", on: .mutual12, pair("client-expired"), fails: .clientCertificateRejected),
  ]

  @Test(arguments: Row.all(certificates)) func certificate(_ row: Row) throws { try row.judge() }
  @Test(arguments: Row.all(Table.keys)) func key(_ row: Row) throws { try row.judge() }

  /// The user is the common name of the certificate.
  static func named(
    _ title: String, _ certificate: String, on server: EtcdServer = .mutual, fails cause: Cause? = nil,
    change: (inout Situation) -> Void = { _ in }
  ) -> Situation {
    var situation = Table.client(title, on: server, pair(certificate), fails: cause, during: .login)
    situation.user = ""
    situation.password = nil
    change(&situation)
    return situation
  }

  static let names = [
    named("names a user", "client"),
    named("names a user without rights", "client-poor") { $0.remark = "may not read the key “health”" },
    named("names nobody", "client-somebody", fails: .authentication),
    named("has no name", "client-nameless", fails: .authentication),
    named("has no name, but somebody logs in", "client-nameless") {
      $0.user = EtcdAccount.user
      $0.password = Account.password
    },
    named("names nobody, but somebody logs in", "client-somebody") {
      $0.user = EtcdAccount.user
      $0.password = Account.password
    },
    named("names nobody, and somebody fails to log in", "client-somebody", fails: .authentication) {
      $0.user = EtcdAccount.user
      $0.password = "wrong"
    },
    named("names a user, and another logs in", "client") {
      $0.user = EtcdAccount.poor
      $0.password = Account.password
      $0.remark = "may not read the key “health”"
    },
    named("names a user, and another fails to log in", "client", fails: .authentication) {
      $0.user = EtcdAccount.keeper
      $0.password = "wrong"
    },
    named("names a user, and another has no password", "client") {
      $0.user = EtcdAccount.keeper
      $0.remark = "only one of them was given"
    },
    named("names a user, and a password has no user", "client") { $0.password = Account.password },
    named("names a user without rights, and a password has no user", "client-poor") {
      $0.password = Account.password
      $0.remark = "belong together"
    },
    named("names a user who was made for it", "client-nopass"),
    named("names a user where authentication is off", "client", on: .mutual.open),
    named("authentication is off, and somebody would log in", "client", on: .mutual.open) {
      $0.user = EtcdAccount.user
      $0.password = Account.password
      $0.remark = "Authentication is disabled"
    },
    // etcd looks at names only where it demands certificates.
    named("names a user where nobody asked", "client", on: .good, fails: .authentication),
  ]

  @Test(arguments: Row.all(names)) func name(_ row: Row) throws { try row.judge() }

  /// The login is the certificate's, whoever was asked for.
  @Test(arguments: [("client", EtcdAccount.user), ("client-poor", EtcdAccount.poor)])
  func whoseLogin(certificate: String, user: String) throws {
    let port = try Lab.start(etcd: .mutual).port
    let pki = try Lab.pki
    for format in ["json", "text"] {
      let result = try Program.run([
        "etcds://alice@localhost:\(port)", "--ssl-cert", "\(pki)/\(certificate).crt", "--ssl-key",
        "\(pki)/\(certificate).key", "--format", format,
      ])
      #expect(result.exitCode == 0 && result.output.contains("belong together"), "\(result)")
      #expect(
        result.output.contains(
          format == "json" ? #""user":"\#(user)""# : "user \(user) (by the client certificate)"), "\(result)")
      #expect(!result.output.contains("alice"), "\(result)")
    }
  }

  @Test(arguments: [
    ("client-somebody", "etcdserver: user name not found", "common name"),
    ("client-nameless", "etcdserver: permission denied", "names no user"),
  ])
  func whoIsNobody(certificate: String, words: String, note: String) throws {
    let port = try Lab.start(etcd: .mutual).port
    let pki = try Lab.pki
    let result = try Program.run([
      "etcds://localhost:\(port)", "--ssl-cert", "\(pki)/\(certificate).crt", "--ssl-key",
      "\(pki)/\(certificate).key", "--format", "json",
    ])
    let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
    #expect(diagnosis.cause == Cause.authentication.rawValue, "\(result)")
    #expect(diagnosis.serverResponse == words, "\(result)")
    #expect(diagnosis.notes.contains { $0.contains(note) }, "\(result)")
    #expect(diagnosis.suggestion.contains("--ssl-cert"), "\(result)")
  }

  /// The stage is the handshake's, whatever had begun when the alert came; and it is always the alert that is told. Go's
  /// TLS has one alert for all of it.
  @Test(arguments: [Mode.preferred, .required, .verifyCA, .verifyIdentity])
  func theAlertIsCaught(mode: Mode) throws {
    let port = try Lab.start(etcd: .mutual).port
    for (options, cause) in [
      ([], Cause.clientCertificateRequired),
      (
        try ["--ssl-cert", Lab.pki + "/client-unknown.crt", "--ssl-key", Lab.pki + "/client-unknown.key"],
        .clientCertificateRejected
      ),
    ] {
      for _ in 0..<10 {
        let result = try Program.run(
          ["etcds://localhost:\(port)", "--ssl", mode.rawValue, "--ssl-ca", Lab.pki + "/ca.pem"]
            + ["--format", "json"] + options)
        let diagnosis = try #require(Report(result.output)?.diagnosis, "\(result)")
        #expect(diagnosis.cause == cause.rawValue && diagnosis.stage == "tls", "\(result)")
        #expect(diagnosis.notes.contains { $0.contains("alert 42") }, "\(result)")
      }
    }
  }

  /// Others may read the key: a warning, and no more.
  @Test func openKey() throws {
    let port = try Lab.start(etcd: .mutual.open).port
    let result = try Program.run([
      "etcds://localhost:\(port)", "--ssl-cert", Lab.pki + "/client.crt", "--ssl-key",
      Lab.pki + "/client-open.key", "--format", "json",
    ])
    #expect(result.exitCode == 0, "\(result)")
    #expect(Report(result.output)?.warnings.contains { $0.contains("chmod 600") } == true, "\(result)")
  }
}

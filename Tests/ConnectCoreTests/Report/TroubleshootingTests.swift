import ConnectCore
import Testing

/// Golden reports of the eight cases of TablePro's troubleshooting page.
@Suite("The eight cases of the troubleshooting page")
struct TroubleshootingTests {
  private func text(
    _ observation: Observation, _ target: ConnectionTarget, rules: any DiagnosisRules = NoRules()
  ) -> String {
    Samples.report(observation, target, rules: rules).text(TextStyle())
  }

  @Test("no pg_hba.conf entry … no encryption")
  func serverRequiresTLS() {
    let error = ServerError(
      text:
        #"FATAL: no pg_hba.conf entry for host "192.0.2.1", user "alice", database "shop", no encryption"#,
      sqlState: "28000", origin: .server)
    let observation = Samples.failed(.serverReported, at: .auth, error: error, answers: [.takesLoginOverTLS])
    #expect(
      text(observation, Samples.target(.disabled), rules: FixedRules(.serverRequiresTLS)) == """
        PostgreSQL at db.example.com:5432 (192.0.2.7), SSL mode Disabled: failed during the login

        The server requires an encrypted connection but TablePro is configured to connect in plain text.

        Open the connection editor, switch to the SSL tab, and set Mode to Required (or stricter).
        On the command line: --ssl required

        - Asked over TLS, the server went on to the login.

        Server response: FATAL: no pg_hba.conf entry for host "192.0.2.1", user "alice", database "shop", no encryption

        """)
  }

  @Test("Connections using insecure transport are prohibited")
  func insecureTransport() {
    let error = ServerError(
      text: "Connections using insecure transport are prohibited while --require_secure_transport=ON.",
      nativeCode: "3159", origin: .server)
    let observation = Samples.failed(.serverReported, at: .auth, error: error)
    let target = Samples.target(.disabled, engine: .mysql)
    #expect(
      text(observation, target, rules: FixedRules(.serverRequiresTLS)) == """
        MySQL at db.example.com:5432 (192.0.2.7), SSL mode Disabled: failed during the login

        The server requires an encrypted connection but TablePro is configured to connect in plain text.

        Open the connection editor, switch to the SSL tab, and set Mode to Required (or stricter).
        On the command line: --ssl required

        Server response: Connections using insecure transport are prohibited while --require_secure_transport=ON.

        """)
  }

  @Test("SSL handshake failed")
  func handshakeFailed() {
    let error = ServerError(text: "SSL error: tlsv1 alert protocol version", origin: .library("libpq"))
    let alert = TLSAlert(code: 70, received: true, beforeServerHello: true)
    #expect(
      text(Samples.failed(.alert(alert), error: error), Samples.target(.verifyCA)) == """
        PostgreSQL at db.example.com:5432 (192.0.2.7), SSL mode Verify CA: failed during the TLS handshake

        Driver and server can't agree on a TLS version or cipher.

        Update the server: it does not reach TLS 1.2, the lowest version that is allowed now. Older versions have known weaknesses, and someone who can tamper with the traffic may be able to read it.
        On the command line: --tls-min 1.0, only for a server that cannot be updated

        - The server sent the TLS alert 70 (protocol_version).

        libpq: SSL error: tlsv1 alert protocol version

        """)
  }

  @Test("certificate verify failed, self-signed certificate")
  func selfSigned() {
    let tls = Samples.tls(.verifyCA, faults: [Samples.fault(18, "self-signed certificate")])
    let error = ServerError(text: "SSL error: certificate verify failed", origin: .library("libpq"))
    #expect(
      text(Samples.failed(.certificateRefused, error: error, tls: tls), Samples.target(.verifyCA)) == """
        PostgreSQL at db.example.com:5432 (192.0.2.7), SSL mode Verify CA: failed during the TLS handshake

        The server uses a self-signed certificate that isn't in your system trust store.

        Set SSL Mode to Verify CA and provide the CA certificate path: the server's certificate itself.
        On the command line: --ssl verify-ca --ssl-ca FILE

        - Certificate check: self-signed certificate (OpenSSL verify code 18; CN=db.internal, the server's own certificate).

        libpq: SSL error: certificate verify failed

        """)
  }

  @Test("hostname does not match certificate")
  func hostname() {
    let tls = Samples.tls(.verifyIdentity, faults: [Samples.fault(62, "hostname mismatch")])
    #expect(
      text(Samples.failed(.certificateRefused, tls: tls), Samples.target(.verifyIdentity)) == """
        PostgreSQL at db.example.com:5432 (192.0.2.7), SSL mode Verify Identity: failed during the TLS handshake

        The certificate's CN/SAN doesn't include the host you're connecting to, db.example.com.

        Update the host field to match the certificate (db.internal). If no name fits, switch from Verify Identity to Verify CA, which validates the chain but skips the hostname. The host name is not checked then: any server with a certificate from the same CA can pose as this one.
        On the command line: --server-name db.internal, or else --ssl verify-ca

        - The certificate names: db.internal, *.db.internal.
        - Certificate check: hostname mismatch (OpenSSL verify code 62; CN=db.internal, the server's own certificate).

        """)
  }

  @Test("client certificate required")
  func clientCertificate() {
    let alert = TLSAlert(code: 116, received: true, beforeServerHello: false)
    let tls = Samples.tls(.required, completed: true, requested: true)
    #expect(
      text(Samples.failed(.alert(alert), tls: tls), Samples.target()) == """
        PostgreSQL at db.example.com:5432 (192.0.2.7), SSL mode Required: failed during the TLS handshake

        The server requires mutual TLS: it asks for a client certificate.

        Fill in the Client Certificate and Client Key paths in the SSL tab.
        On the command line: --ssl-cert FILE --ssl-key FILE

        - The server sent the TLS alert 116 (certificate_required).
        - The server asked for a client certificate, and none was sent.

        """)
  }

  @Test(
    "client private key is encrypted; passphrase is incorrect",
    arguments: [
      (
        FileFault.Problem.passphraseRequired, "bad password read",
        "The client private key /home/alice/client.key is encrypted: it is password-protected."
      ),
      (
        .passphraseIncorrect, "bad decrypt",
        "The passphrase is incorrect: it does not open the client private key /home/alice/client.key."
      ),
    ])
  func passphrase(problem: FileFault.Problem, detail: String, message: String) {
    let fault = FileFault(
      option: "--ssl-key", path: "/home/alice/client.key", problem: problem, detail: detail)
    #expect(
      text(Samples.failed(.fileUnusable(fault)) { $0.address = nil }, Samples.target()) == """
        PostgreSQL at db.example.com:5432, SSL mode Required: failed before connecting

        \(message)

        Enter the Key Passphrase in the SSL tab.
        On the command line: --ssl-key-passphrase SOURCE (prompt, env:NAME, file:PATH …)

        - Reading /home/alice/client.key: \(detail).

        """)
  }
}

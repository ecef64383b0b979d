import ConnectCore
import Testing

@testable import PostgreSQLDriver

@Suite struct MessagesTests {
  private func message(_ kind: Character, _ body: [UInt8]) -> [UInt8] {
    let length = UInt32(body.count + 4)
    return [kind.asciiValue ?? 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + body
  }

  private let refusal: [UInt8] = Array("SFATAL\0VFATAL\0C28000\0Mno entry\0Ddetail\0Hhint\0\0".utf8)

  @Test func sslRequestIsThatOfTheProtocol() {
    #expect(PostgreSQLMessages.sslRequest == [0, 0, 0, 8, 4, 210, 22, 47])
  }

  @Test func startupNamesUserAndDatabase() {
    let expected = Array("user\0u\0database\0d\0\0".utf8)
    #expect(PostgreSQLMessages.startup(user: "u", database: "d") == [0, 0, 0, 27, 0, 3, 0, 0] + expected)
  }

  @Test func answersAreToldApart() {
    #expect(PostgreSQLMessages.answer(message("R", [0, 0, 0, 10])) == .authentication(code: 10))
    #expect(PostgreSQLMessages.answer(message("N", [0])) == .goesOn(length: 6))
    #expect(PostgreSQLMessages.answer(Array("HTTP/1.1 400".utf8)) == .foreign)
    #expect(PostgreSQLMessages.answer([]) == .incomplete)
    let error = ServerError(
      text: "FATAL: no entry\nDETAIL: detail\nHINT: hint", sqlState: "28000", origin: .server)
    #expect(PostgreSQLMessages.answer(message("E", refusal)) == .error(error))
  }

  @Test func everyBeginningOfAnAnswerIsIncomplete() {
    let whole = message("E", refusal)
    for count in 0..<whole.count {
      #expect(PostgreSQLMessages.answer(Array(whole[..<count])) == .incomplete)
    }
  }

  @Test func hostileLengthsAreNotWaitedFor() {
    #expect(PostgreSQLMessages.answer([UInt8(ascii: "R"), 0x7F, 0xFF, 0xFF, 0xFF]) == .foreign)
    #expect(PostgreSQLMessages.answer([UInt8(ascii: "R"), 0, 0, 0, 0]) == .foreign)
  }

  @Test func errorsOfOldServersAreAString() {
    let old = Array("Ecould not fork new process\n\0".utf8)
    guard case .error(let error) = PostgreSQLMessages.answer(old) else {
      Issue.record("no error was read")
      return
    }
    #expect(error.text == "could not fork new process\n")
  }
}

@Suite struct ErrorsTests {
  private let place = "connection to server at \"localhost\" (127.0.0.1), port 5432 failed: "

  @Test func serverErrorsLoseTheirPlaceAndKeepTheirState() {
    let message =
      place
      + "FATAL:  28000: no pg_hba.conf entry\nDETAIL:  more\nLOCATION:  ClientAuthentication, auth.c:536\n"
    #expect(
      PostgreSQLErrors.error(message: message)
        == ServerError(text: "FATAL: no pg_hba.conf entry\nDETAIL: more", sqlState: "28000", origin: .server))
  }

  @Test func libraryErrorsAreTheLibrarys() {
    #expect(
      PostgreSQLErrors.error(message: place + "SSL error: certificate verify failed\n")
        == ServerError(text: "SSL error: certificate verify failed", origin: .library("libpq")))
    let socket = "connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: No such file or directory\n"
    #expect(PostgreSQLErrors.error(message: socket).text == "No such file or directory")
  }

  @Test func aHostThatLooksLikeTheMarkerDoesNotCutTheError() {
    let message = "connection to server at \"x failed: y\" (1.2.3.4), port 1 failed: SSL error: e\n"
    #expect(PostgreSQLErrors.error(message: message).text == "SSL error: e")
  }

  @Test func reasonsOfOpenSSLAreFound() {
    #expect(
      PostgreSQLErrors.openSSLReason(in: "SSL error: tlsv1 alert unknown ca\nmore")
        == "tlsv1 alert unknown ca")
    #expect(PostgreSQLErrors.openSSLReason(in: "server closed the connection unexpectedly") == nil)
  }
}

@Suite struct IdentityTests {
  @Test(arguments: [
    (
      "PostgreSQL 15.18 (Debian 15.18-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc", "PostgreSQL",
      "15.18"
    ),
    ("PostgreSQL 17beta1 on aarch64", "PostgreSQL", "17beta1"),
    (
      "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2, Redshift 1.0.77467",
      "Redshift",
      "1.0.77467"
    ),
    ("CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023/09/27)", "CockroachDB", "23.1.11"),
    ("PostgreSQL 11.2-YB-2.20.1.3-b0 on x86_64-pc-linux-gnu", "YugabyteDB", "2.20.1.3-b0"),
    (
      "PostgreSQL 9.4.26 (Greenplum Database 6.21.0 build commit:x) on x86_64", "Greenplum", "6.21.0"
    ),
    ("EnterpriseDB 9.5.0.5 on x86_64", "EnterpriseDB", "9.5.0.5"),
    ("something else", "PostgreSQL", "something else"),
  ])
  func productsAreRecognised(text: String, product: String, version: String) {
    #expect(ServerIdentity(versionText: text) == ServerIdentity(product: product, version: version))
  }
}

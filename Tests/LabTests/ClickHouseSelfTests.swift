import Foundation
import Lab
import Testing

/// Whether the lab's ClickHouse servers are what they are said to be, by ClickHouse's own client and by curl.
@Suite struct ClickHouseSelfTests {
  private func client(_ port: Int, _ user: String, _ password: String, _ query: String) throws
    -> ProgramResult
  {
    try Command.run(
      [
        "clickhouse-client", "--host", "127.0.0.1", "--port", String(port), "--user", user, "--password",
        password, "--query", query,
      ], input: "")
  }

  @Test func users() throws {
    let port = try Lab.start(clickhouse: .plain).nativePort
    let good = try client(port, ClickHouseAccount.keeper, Account.keeperPassword, "SHOW DATABASES")
    #expect(good.output.split(separator: "\n") == ["default", "other", "shop", "system"], "\(good)")
    for (user, password, words) in [
      (ClickHouseAccount.user, "wrong", "Code: 193"), ("nobody", Account.password, "Code: 192"),
      (ClickHouseAccount.default, "", "Code: 194"),
      (ClickHouseAccount.elsewhere, Account.password, "Code: 195"),
    ] {
      let result = try client(port, user, password, "SELECT 1")
      #expect((result.output + result.errors).contains(words), "\(result)")
    }
    #expect(try client(port, ClickHouseAccount.nopass, "", "SELECT 1").output == "1\n")
  }

  @Test func busy() throws {
    let port = try Lab.start(clickhouse: .plain.with(\.isBusy, true)).nativePort
    let result = try client(port, ClickHouseAccount.user, Account.password, "SELECT 1")
    #expect((result.output + result.errors).contains("Code: 202"), "\(result)")
  }

  @Test func secured() throws {
    for (server, options, code) in try [
      (ClickHouseServer.good, [String](), Int32(0)), (.tls12, ["--tlsv1.3"], 35),
      (.tls13, ["--tls-max", "1.2"], 35), (.mutual12, [], 35),
      (.mutual, ["--cert", Lab.pki + "/client-both.pem"], 0), (.with("expired"), [], 60),
    ] {
      let port = try Lab.start(clickhouse: server).port
      let ca = try Lab.pki + "/ca.pem"
      let result = try Command.run(
        ["curl", "-s", "--noproxy", "*", "--cacert", ca, "https://localhost:\(port)/ping"] + options)
      #expect(result.exitCode == code, "\(server) \(result)")
      if code == 0 { #expect(result.output == "Ok.\n") }
    }
  }
}

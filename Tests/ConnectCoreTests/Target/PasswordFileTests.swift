import Testing

@testable import ConnectCore

@Suite("Password files") struct PasswordFileTests {
  private func password(_ text: String, host: String = "h", port: UInt16 = 5432) -> String? {
    PasswordFile(text).password(host: HostPort(host: host, port: port), database: "d", user: "u")
  }

  @Test(
    arguments: [
      ("h:5432:d:u:pw", "pw"), ("*:*:*:*:pw", "pw"), ("h:5432:d:u:p\\:w", "p:w"), ("h:5432:d:u:p:w", "p:w"),
      ("h:5432:d:u:p\\\\w", "p\\w"), ("h:5432:d:u:", ""), ("#h:5432:d:u:x\nh:5432:d:u:pw\r\n", "pw"),
      ("x:5432:d:u:1\nh:1:d:u:2\nh:5432:x:u:3\nh:5432:d:x:4\nh:5432:d:u:5\n*:*:*:*:6", "5"),
      ("h:5432:d:u", nil), ("", nil), ("\\*:*:*:*:pw", nil), ("H:5432:d:u:pw", nil), ("h*:5432:d:u:pw", nil),
    ] as [(String, String?)]) func line(text: String, expected: String?)
  {
    #expect(password(text) == expected)
  }

  @Test func addressesAndSockets() {
    #expect(password("\\:\\:1:5432:d:u:pw", host: "::1") == "pw")
    #expect(password("localhost:5432:d:u:pw", host: "/var/run/postgresql") == "pw")
    #expect(password("localhost:5432:d:u:pw", host: "/elsewhere") == nil)
    #expect(password("/elsewhere:5432:d:u:pw", host: "/elsewhere") == "pw")
  }
}

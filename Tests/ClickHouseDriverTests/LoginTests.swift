import ConnectCore
import Testing

@testable import ClickHouseDriver

@Suite("How a login is written")
struct LoginTests {
  private func headers(_ user: String, _ password: String?) -> [String]? {
    ClickHouseLogin(user: user, password: password.map(Secret.init))?.headers.map {
      "\($0.name): \($0.value)"
    }
  }

  @Test("By headers of its own")
  func own() {
    #expect(headers("alice", "a b:c/ü") == ["X-ClickHouse-User: alice", "X-ClickHouse-Key: a b:c/ü"])
    #expect(headers("a:b", "") == ["X-ClickHouse-User: a:b", "X-ClickHouse-Key: "])
    #expect(headers("default", nil) == ["X-ClickHouse-User: default"])
  }

  @Test("What a header would change goes by Basic", arguments: ["a\r\nX: y", " a", "a ", "\u{1}", "a\u{7f}"])
  func basic(password: String) {
    let sent = headers("alice", password)
    #expect(sent == ["Authorization: Basic " + Base64.text(of: Array("alice:\(password)".utf8))])
    #expect(headers("al:ice", password) == nil)
    let asUser = headers(password.filter { $0 != ":" }, "x")
    #expect(asUser?.first?.hasPrefix("Authorization: Basic ") == true)
  }

  @Test("A certificate needs no password")
  func certificate() {
    #expect(
      ClickHouseLogin.certificate("alice").headers.map { "\($0.name): \($0.value)" } == [
        "X-ClickHouse-User: alice", "X-ClickHouse-SSL-Certificate-Auth: on",
      ])
  }

  @Test("A database's name in the URL")
  func database() {
    #expect("shop".queryEscaped == "shop")
    #expect("a b&query=x/ü%".queryEscaped == "a%20b%26query%3Dx%2F%C3%BC%25")
    #expect("A-z_0.~".queryEscaped == "A-z_0.~")
  }
}

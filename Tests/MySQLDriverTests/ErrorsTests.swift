import ConnectCore
import Testing

@testable import MySQLDriver

/// Errors of servers and of libmariadb, as evidence.
@Suite struct ErrorsTests {
  @Test func numberWordsAndState() {
    #expect(
      MySQLErrors.error(1045, "Access denied for user 'x'@'h' (using password: YES)", sqlState: "28000")
        == ServerError(
          text: "ERROR 1045 (28000): Access denied for user 'x'@'h' (using password: YES)", sqlState: "28000",
          nativeCode: "1045", origin: .server))
    for none in [nil, "", "00000"] {
      #expect(
        MySQLErrors.error(1040, "Too many connections", sqlState: none)
          == ServerError(text: "ERROR 1040: Too many connections", nativeCode: "1040", origin: .server))
    }
  }

  /// Numbers tell who speaks.
  @Test(
    arguments: [
      (1045, true), (1999, true), (2000, false), (2026, false), (2999, false), (3159, true), (4151, true),
      (4999, true), (5000, false), (5010, false), (5999, false), (6000, true), (9002, true),
    ] as [(UInt32, Bool)])
  func origin(number: UInt32, isServer: Bool) {
    let origin = MySQLErrors.error(number, "words", sqlState: "HY000").origin
    #expect(origin == (isServer ? .server : .library("libmariadb")))
  }

  /// Recorded of libmariadb 3.3, with the numbers of a full server, a blocked host and one that is not allowed.
  @Test(arguments: ["1040", "1129", "1130"]) func wrappedBeforeTLS(number: String) {
    let words =
      "Received error packet before completion of TLS handshake. The authenticity of the following error cannot be verified: \(number) - Host 'x' …"
    let error = MySQLErrors.error(2002, words, sqlState: "HY000")
    #expect(error.nativeCode == number && error.origin == .server && error.sqlState == nil)
    #expect(error.text == "ERROR 2002 (HY000): \(words)")
  }

  @Test func wrappedWithoutANumber() {
    let words =
      "Received error packet before completion of TLS handshake. The authenticity of the following error cannot be verified: - nothing"
    let error = MySQLErrors.error(2002, words, sqlState: "HY000")
    #expect(error.nativeCode == "2002" && error.origin == .library("libmariadb"))
  }

  @Test(
    arguments: [
      ("Can't connect to server on '127.0.0.1' (111)", 111),
      ("Can't connect to local server through socket '/tmp/mysql.sock' (2)", 2),
      (
        "Lost connection to server at 'handshake: reading initial communication packet', system error: 110",
        110
      ),
      ("Lost connection to server at 'x', system error: 104 \"Connection reset by peer\"", 104),
      ("Lost connection to server during query", nil),
      ("Access denied for user 'x'@'h' (using password: YES)", nil),
      ("TLS/SSL error: Connection timed out (110)", 110),
      ("ends with ()", nil), ("", nil), (")", nil), ("system error: none", nil),
    ] as [(String, Int32?)])
  func errorNumbers(text: String, number: Int32?) {
    #expect(MySQLErrors.systemError(in: text) == number)
  }

  @Test func openSSLsWords() {
    #expect(
      MySQLErrors.openSSLReason(in: "ERROR 2026 (HY000): TLS/SSL error: tlsv1 alert unknown ca")
        == "tlsv1 alert unknown ca")
    #expect(MySQLErrors.openSSLReason(in: "ERROR 2013: Lost connection to server") == nil)
  }

  private func library(_ number: UInt32, _ words: String) -> ServerError {
    MySQLErrors.error(number, words, sqlState: "HY000")
  }

  @Test func howAConnectionWasLost() {
    let event = { MySQLErrors.event(of: $0, cut: nil) }
    #expect(event(library(2013, "Lost connection to server at 'x', system error: 104")) == .reset(errno: 104))
    #expect(event(library(2002, "Can't connect to server on 'h' (111)")) == .refused(errno: 111))
    #expect(event(library(2013, "Lost connection at 'handshake', system error: 110")) == .timedOut)
    #expect(event(library(2013, "Lost connection to server during query")) == .closed)
    // EAGAIN stands where nothing went wrong but an end of file.
    #expect(event(library(2013, "Lost connection at 'handshake', system error: 11")) == .closed)
    #expect(event(library(2013, "Lost connection at 'handshake', system error: 0")) == .closed)
    #expect(event(library(2027, "Malformed packet")) == .serverReported)
    #expect(
      event(MySQLErrors.error(1053, "Server shutdown in progress (104)", sqlState: "08S01"))
        == .serverReported)
    #expect(event(nil) == .serverReported)
    #expect(MySQLErrors.event(of: library(2013, "Lost connection"), cut: .timedOut) == .timedOut)
  }

  /// The library says that a connection was lost whose bytes it could not read.
  @Test func whatWasReadLast() {
    let lost = library(2013, "Lost connection to server during query")
    let answer = ForeignAnswer(protocolName: "HTTP", bytes: Array("HTTP/1.1 400".utf8))
    #expect(
      MySQLErrors.event(of: lost, cut: nil, lastRead: Array("HTTP/1.1 400".utf8)) == .foreignAnswer(answer))
    #expect(MySQLErrors.event(of: lost, cut: .timedOut, lastRead: [1]) == .timedOut)
    let refused = MySQLErrors.error(1045, "Access denied", sqlState: "28000")
    #expect(MySQLErrors.event(of: refused, cut: nil, lastRead: [1]) == .serverReported)
  }

  @Test func thePluginThatWasRefused() {
    let error = MySQLErrors.refusedPlugin("dialog")
    #expect(error.nativeCode == "5010" && error.origin == .library("libmariadb"))
    #expect(error.text.contains("'dialog'"))
    #expect(MySQLErrors.refusedPlugin(nil).text.contains("'?'"))
  }
}

import Testing

@testable import ConnectCore

@Suite("Secrets in the command line") struct ArgvScrubberTests {
  private func scrubbed(_ words: [String]) -> [String] {
    var bytes = words.map { Array($0.utf8) }
    for spot in ArgvScrubber.secrets(in: words) {
      for index in spot.bytes { bytes[spot.word][index] = UInt8(ascii: "*") }
    }
    return bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    (["--password", "pass:abc"], ["--password", "pass:***"]),
    (["--password=pass:abc"], ["--password=pass:***"]),
    (["--ssl-key-passphrase", "pass:abc"], ["--ssl-key-passphrase", "pass:***"]),
    (["--password", "abc"], ["--password", "***"]), (["--password=abc"], ["--password=***"]),
    (["-pabc"], ["-p***"]), (["-p", "abc"], ["-p", "***"]), (["--port=abc"], ["--port=***"]),
    (["-4pabc"], ["-4p***"]),
    (["postgres://u:abc@h:1/d"], ["postgres://u:***@h:1/d"]),
    (["postgres://u:a/c@h"], ["postgres://u:***@h"]), (["postgres://u:a@c@h"], ["postgres://u:***@h"]),
    (["postgres://u:a?c@h"], ["postgres://u:***@h"]), (["postgres://u:abc"], ["postgres://u:***"]),
    (["postgres://h/d?password=abc&x=1"], ["postgres://h/d?password=***&x=1"]),
    (["postgres://h/d?sslpassword=abc"], ["postgres://h/d?sslpassword=***"]),
    (["mongodb://h/?proxyPassword=abc"], ["mongodb://h/?proxyPassword=***"]),
    (
      ["mongodb://h/?authMechanismProperties=AWS_SESSION_TOKEN:abc&x=1"],
      ["mongodb://h/?authMechanismProperties=*********************&x=1"]
    ),
    (
      ["mongodb://h/?sslClientCertificateKeyPassword=abc"],
      ["mongodb://h/?sslClientCertificateKeyPassword=***"]
    ),
    (["mongodb://h/?tlsCertificateKeyFilePassword=abc"], ["mongodb://h/?tlsCertificateKeyFilePassword=***"]),
    (["postgres://h/d?PassWord=abc"], ["postgres://h/d?PassWord=***"]),
    (["postgres://h/d?p%61ssword=abc"], ["postgres://h/d?p%61ssword=***"]),
    (["jdbc:sqlserver://h;password=abc;x=1"], ["jdbc:sqlserver://h;password=*******"]),
    (["jdbc:postgresql:db?password=abc"], ["jdbc:postgresql:db?password=***"]),
    (["postgres://h?password=a&bc&ssl=true"], ["postgres://h?password=*&**&ssl=true"]),
    (["postgres://h?password=a?b=c&d"], ["postgres://h?password=*****&*"]),
    (["jdbc:oracle:thin:u/abc@//h:1/x"], ["jdbc:oracle:thin:u/***@//h:1/x"]),
    (["modes", "postgres://u:abc@h"], ["modes", "postgres://u:***@h"]),
    (["--", "postgres://u:abc@h"], ["--", "postgres://u:***@h"]),
    (["--nonsense=postgres://u:abc@h"], ["--nonsense=postgres://u:***@h"]),
    (["-d", "postgres://u:abc@h/d"], ["-d", "postgres://u:***@h/d"]),
    (["-dpostgres://u:abc@h/d"], ["-dpostgres://u:***@h/d"]),
    (["--database=postgres://u:abc@h/d"], ["--database=postgres://u:***@h/d"]),
    (["-djdbc:postgresql:d?password=abc"], ["-djdbc:postgresql:d?password=***"]),
    (["--database=jdbc:oracle:thin:u/abc@h"], ["--database=jdbc:oracle:thin:u/***@h"]),
    (["-h", "u:abc@h"], ["-h", "u:***@h"]), (["--host=u:abc@h"], ["--host=u:***@h"]),
    (["-hu:a@c@h"], ["-hu:***@h"]), (["u:abc@h/d"], ["u:***@h/d"]),
    (["postgres://h?host=u:abc@h"], ["postgres://h?host=u:***@h"]),
    (["postgres://h?password=abc&host=u:abc@h"], ["postgres://h?password=***&host=u:***@h"]),
    (["--nonsense=u:abc@h"], ["--nonsense=u:***@h"]),
    (["-d", "host=h password=abc"], ["-d", "*******************"]),
    (["-h", "é", "--password", "pass:é"], ["-h", "é", "--password", "pass:**"]),
  ]) func secrets(words: [String], expected: [String]) {
    #expect(scrubbed(words) == expected)
  }

  @Test(arguments: [
    "--password env:X", "--password stdin", "--password prompt", "--password file:/x", "--password fd:3",
    "--password cmd:echo", "-p 5432", "-p5432", "-p 1,2", "-h a --user pass:x", "postgres://u@h:5/d?x=1",
    "postgres://[::1]:5432/d", "postgres://a:1,b:2/d", "--quiet", "", "--password file:/a@b:c@d",
    "--password cmd:ssh=a@b:c@d", "-U me@corp", "-h ::1",
  ]) func harmless(line: String) {
    let words = line.split(separator: " ").map(String.init)
    #expect(scrubbed(words) == words)
  }
}

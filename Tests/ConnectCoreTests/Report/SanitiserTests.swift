import ConnectCore
import Testing

@Suite("What comes from outside")
struct SanitiserTests {
  let clean = Sanitiser(secrets: [Secret("s3cr#t pä\"ss'w/rd\\")])

  @Test(
    "A secret is removed in every spelling",
    arguments: [
      "s3cr#t pä\"ss'w/rd\\", "s3cr%23t%20p%C3%A4%22ss%27w%2Frd%5C", "s3cr%23t%20p%c3%a4%22ss%27w%2frd%5c",
      "s3cr%23t%20p%C3%A4%22ss'w%2Frd%5C", "s3cr%23t+p%C3%A4%22ss%27w%2Frd%5C", "s3cr#t pä\\\"ss'w/rd\\\\",
      "s3cr#t p\\u00e4\\\"ss'w/rd\\\\", "s3cr#t pä\\\"ss'w\\/rd\\\\", "s3cr#t pä\"ss''w/rd\\",
      "s3cr#t pä\"\"ss'w/rd\\", "s3cr#t pä\"ss\\'w/rd\\\\",
      // A query that leaves the slash alone, and the page that repeats it.
      "s3cr%23t+p%C3%A4%22ss%27w/rd%5C", "s3cr%23t%20p%C3%A4%22ss%27w/rd%5C",
      "s3cr#t pä&quot;ss'w/rd\\", "s3cr#t pä&quot;ss&#39;w/rd\\", "s3cr#t pä&#34;ss&#39;w/rd\\",
      "s3cr#t pä&quot;ss&#x27;w&#x2F;rd\\", "s3cr#t pä&quot;ss&#039;w/rd\\", "s3cr#t pä\"ss'w&#x2F;rd\\",
    ])
  func spellings(spelling: String) {
    #expect(clean.line("a\(spelling)b") == "a***b")
    #expect(clean.text("\(spelling)\(spelling)") == "***")
  }

  @Test(
    "A secret is removed where it is encoded",
    arguments: [
      // `\0user\0s3cret-Pa55` and what may stand around the secret otherwise.
      "AHVzZXIAczNjcmV0LVBhNTU=", "czNjcmV0LVBhNTU=", "eHMzY3JldC1QYTU1eA==", "eHhzM2NyZXQtUGE1NXg=",
      "7333637265742d50613535", "7333637265742D50613535",
    ])
  func encodings(encoded: String) {
    let result = Sanitiser(secrets: [Secret("s3cret-Pa55")]).line(encoded)
    #expect(result.contains("***"), "\(result)")
    #expect(result.count < 16, "\(result)")
  }

  @Test(
    "A secret is removed where it is part of markup",
    arguments: [
      "a<b>&c=d'e`f", "a&lt;b&gt;&amp;c=d'e`f", "a&lt;b&gt;&amp;c=d&#39;e`f",
      "a&lt;b&gt;&amp;c&#x3D;d&#39;e&#x60;f",
      "a\\u003cb\\u003e\\u0026c=d'e`f", "a\\u003cb\\u003e\\u0026c\\u003dd\\u0027e`f",
      "a&lt;b&gt;&amp;c=d&apos;e`f",
    ])
  func markup(spelling: String) {
    #expect(Sanitiser(secrets: [Secret("a<b>&c=d'e`f")]).line("x\(spelling)y") == "x***y")
  }

  @Test("What begins like a long secret is cut off it")
  func beginnings() {
    let secret = "rWiR5wtlwLFKTZmDvE-YivBW4-0123456789"
    let clean = Sanitiser(secrets: [Secret(secret)])
    #expect(clean.line("with: '\(secret.prefix(30))'") == "with: '***'")
    #expect(clean.line("with: \(secret.prefix(16))") == "with: ***")
    #expect(clean.line("rWiR5wtlwLFKTZm is a word") == "rWiR5wtlwLFKTZm is a word")
    #expect(clean.line("\(secret.prefix(20))\(secret)") == "***")
    #expect(Sanitiser(secrets: [Secret("abc\ndef\r\nghi")]).line("'abc def  ghi'") == "'***'")
  }

  @Test("Overlapping secrets leave nothing of either")
  func overlapping() {
    let clean = Sanitiser(secrets: [Secret("abcdef"), Secret("defghi")])
    #expect(clean.line("<abcdefghi>") == "<***>")
  }

  @Test("Short secrets are removed where they stand alone")
  func short() {
    let clean = Sanitiser(secrets: [Secret("in")])
    #expect(clean.line("login in 'in' in. main ïn") == "login *** '***' ***. main ïn")
    #expect(clean.line("in") == "***")
    #expect(Sanitiser(secrets: [Secret("pass")]).line("password") == "***word")
  }

  @Test("An empty secret touches nothing")
  func empty() {
    #expect(Sanitiser(secrets: [Secret("")]).line("as it was") == "as it was")
  }

  @Test("A secret that is one combining character is no secret of nothing")
  func combining() {
    let clean = Sanitiser(secrets: [Secret("\u{301}")])
    #expect(clean.line("as it was") == "as it was")
    #expect(Sanitiser(secrets: [Secret("\u{301}bcd")]).line("bcd") == "bcd")
  }

  @Test(
    "Controls become visible",
    arguments: [
      ("\u{1b}[2J", "\\u{1b}[2J"), ("a\rb", "a\\rb"), ("a\u{8}b", "a\\u{8}b"), ("\u{7f}", "\\u{7f}"),
      ("\u{9b}31m", "\\u{9b}31m"), ("\u{202e}abc", "\\u{202e}abc"),
      ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
      ("\u{61c}\u{200e}\u{200f}", "\\u{61c}\\u{200e}\\u{200f}"), ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
      ("a\u{200b}b\u{feff}", "a\\u{200b}b\\u{feff}"), ("\0", "\\u{0}"), ("\u{e0041}", "\\u{e0041}"),
      ("\r\n", "\\r\\n"), ("Grüße 日本 🙂", "Grüße 日本 🙂"),
    ])
  func controls(raw: String, shown: String) {
    #expect(clean.line(raw) == shown)
    #expect(clean.line(shown) == shown)
  }

  @Test("A text keeps its line breaks and no other control")
  func lines() {
    #expect(clean.text("a\nb\tc\r\nd") == "a\nb    c\\r\nd")
    #expect(clean.line("a\nb\tc") == "a\\nb\\tc")
  }

  @Test("A secret that controls split is removed as it was given")
  func controlsInSecret() {
    let clean = Sanitiser(secrets: [Secret("pa\u{1b}ss")])
    #expect(clean.line("x pa\u{1b}ss y") == "x *** y")
    #expect(clean.line("x pa\\u{1b}ss y") == "x *** y")
  }

  @Test("A long secret of characters that have many spellings takes no long time")
  func longSecret() {
    let secret = String((0..<4_096).map { Array("\"'/`=")[$0 % 5] })
    var clean = Sanitiser(secrets: [])
    let time = processorTime { clean = Sanitiser(secrets: [Secret(secret)]) }
    #expect(clean.line("x\(secret)y") == "x***y" && time < .seconds(1), "\(time)")
  }

  @Test(
    "Long hostile texts take no long time", .serialized,
    arguments: [
      String(repeating: "\u{202e}", count: 70_000), String(repeating: "a", count: 70_000),
      String(repeating: "in ", count: 25_000), String(repeating: "\r\n", count: 40_000),
    ])
  func linear(text: String) {
    let secrets = [Secret(String(repeating: "a", count: 500) + "b"), Secret("in"), Secret("aaaa")]
    let clean = Sanitiser(secrets: secrets)
    let time = processorTime { _ = clean.text(text) }
    #expect(time < .seconds(1))
  }
}

import Testing

@testable import ConnectCore

@Suite("The command line's words") struct CommandLineScannerTests {
  @Test(arguments: [
    (["-h", "a"], ["--host=a"]), (["-ha"], ["--host=a"]), (["--host", "a"], ["--host=a"]),
    (["--host=a"], ["--host=a"]), (["--host="], ["--host", ""]), (["-Ua=b"], ["--user=a=b"]),
    (["-u", "x"], ["--user=x"]), (["-pse=cret"], ["--port=se=cret"]),
    (["--timeout", "-1"], ["--timeout=-1"]),
    (["-4h", "a"], ["--host=a", "--ipv4"]), (["-46"], ["--ipv4", "--ipv6"]),
    (["--password", "pass:---x"], ["--password=pass:---x"]),
    (["test", "--ssl", "off", "postgres://h"], ["--ssl=off", "--", "postgres://h"]),
    (["--ssl", "off", "test", "postgres://h"], ["--ssl=off", "--", "postgres://h"]),
    (["--", "-x"], ["--", "-x"]), (["--", "test"], ["--", "test"]), (["-"], ["--", "-"]),
  ]) func canonical(words: [String], canonical: [String]) {
    let scanned = CommandLineScanner(words)
    #expect(scanned.fault == nil)
    #expect(scanned.canonical == canonical)
  }

  @Test(arguments: [
    (["--hosst", "x"], "unknown option --hosst"), (["--hosst=s3cret"], "unknown option --hosst"),
    (["--s3cret!"], "unknown option (see"), (["-xs3cret"], "unknown option -x"),
    (["---s3cret"], "unknown option"),
    (["-h"], "-h/--host needs a value"), (["--host", "--ssl", "off"], "-h/--host needs a value"),
    (["--password"], "--password needs a value"), (["--password", "--"], "--password needs a value"),
    (["--quiet=1"], "--quiet takes no value"), (["-help"], "--help"),
  ]) func fault(words: [String], naming: String) throws {
    let message = try #require(CommandLineScanner(words).fault?.message)
    #expect(message.contains(naming))
    #expect(!message.contains("s3cret"))
  }

  @Test func commands() {
    #expect(CommandLineScanner(["modes", "x"]).command == .modes)
    #expect(CommandLineScanner(["--ssl", "off", "modes"]).command == .modes)
    #expect(CommandLineScanner(["x", "modes"]).command == nil)
    #expect(CommandLineScanner(["--user", "modes"]).command == nil)
    #expect(CommandLineScanner(["test", "test"]).operands.map(\.text) == ["test"])
  }
}

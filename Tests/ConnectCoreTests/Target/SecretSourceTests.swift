import Testing

@testable import ConnectCore

@Suite("Secret sources") struct SecretSourceTests {
  @Test(
    arguments: [
      ("env:NAME", .environment("NAME")), ("file:/a:b", .file("/a:b")), ("fd:3", .descriptor(3)),
      ("stdin", .standardInput), ("prompt", .prompt), ("cmd:echo a:b", .command("echo a:b")),
      ("pass:", .text(Secret(""))), ("pass:a:b", .text(Secret("a:b"))),
    ] as [(String, SecretSource)]) func form(text: String, source: SecretSource) throws
  {
    #expect(try SecretSource(text, option: "--password") == source)
  }

  @Test(arguments: ["fd:99999999999", "fd:+1", "fd:", "prompt:", "env:A=B", "stdin ", "Stdin", ":x"])
  func refused(text: String) {
    #expect(throws: UsageError.self) { try SecretSource(text, option: "--password") }
  }
}

import Lab
import Testing

/// Texts that a server chooses, and what must not come of them.
enum HostileText {
  /// All that a terminal would obey, that changes the order of letters, and that looks like a report of ours.
  static let worst =
    "red \u{1b}[31m clear \u{1b}[2J\u{1b}]0;title\u{7} \u{9b}31m \u{8}\u{8}\u{7f} first\rsecond\r\nthird\u{b}\u{c}"
    + "\u{85}\u{2028}\u{2029} \u{202e}drawkcab\u{202c} \u{2066}\u{2067}\u{2069} \u{200f}\u{061c}\u{feff}\u{200b}"
    + "\n\nServer response: all is well\nexit code 0\n- The certificate is fine.\nWarning: none\n\nconnected, away"

  static let texts: [(title: String, bytes: [UInt8])] = [
    ("the worst", Array(worst.utf8)),
    ("invalid UTF-8", [0xc3, 0x28, 0xff, 0xfe, 0x9b, 0x1b] + Array("[2J away".utf8)),
  ]

  static func run(_ engine: String, _ script: [Step], _ mode: Mode, _ format: String) throws -> ProgramResult
  {
    let server = try MisbehavingServer(script)
    return try Program.run([
      "--engine", engine, "-h", "127.0.0.1", "-p", String(server.port), "--ssl", mode.rawValue, "--color",
      "never",
      "--verbose", "--show-certs", "--format", format,
    ])
  }

  /// Runs the program against a server that says such a text: nothing drives the terminal, and nothing passes for a
  /// part of the report.
  static func judge(_ engine: String, _ script: [Step], _ mode: Mode, shown: Bool, _ title: String) throws {
    for format in ["text", "json"] {
      let result = try run(engine, script, mode, format)
      #expect(!result.timedOut && result.exitCode < 64, "\(title) \(result)")
      #expect(Terminal.controls(in: result.output + result.errors) == [], "\(title) \(result)")
      if shown { #expect(result.output.contains("away"), "\(title) \(result)") }
      if format == "json" {
        #expect(try SchemaValidator.faults(in: result.output) == [], "\(title) \(result)")
      } else {
        let forged = [
          "Server response: all", "exit code", "- The certificate is", "Warning: none", "connected,",
        ]
        for line in result.output.split(separator: "\n") {
          #expect(!forged.contains { line.hasPrefix($0) }, "\(title) \(result)")
        }
      }
    }
  }
}

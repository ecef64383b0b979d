import Foundation
import Lab
import Testing

/// One way in which a server misbehaves, in one mode, and how the test of the connection has to end.
struct StressRow: Sendable, CustomTestStringConvertible {
  enum Time: Sendable {
    /// At the timeout, not a quarter of a second sooner or later.
    case atTheTimeout
    /// As soon as it is known.
    case atOnce
    /// When the question that is put before the timeout has been answered.
    case beforeTheTimeout
  }

  var title: String
  var mode: Mode
  var script: [Step]
  /// For the second connection and all that follow, if they are served otherwise.
  var then: [Step]?
  /// nil: it connects.
  var cause: Cause?
  /// The stage at which it ends; several where chance decides, with a bar between them.
  var stage: String
  var time = Time.atOnce
  var timeout = 0.7
  /// What one of the notes or warnings has to contain.
  var note: String?
  /// What the message has to contain.
  var mentions: String?
  /// What the server's response has to contain.
  var response: String?
  /// Whether the server may get what proves a password: only where the mode lets it.
  var proves = false
  var options: [String] = []
  var engine = "postgres"

  var testDescription: String { "\(title), \(mode.rawValue), \(timeout) s" }

  init(
    _ title: String, _ mode: Mode, _ script: [Step], then: [Step]? = nil, _ cause: Cause?, _ stage: String
  ) {
    self.title = title
    self.mode = mode
    self.script = script
    self.then = then
    self.cause = cause
    self.stage = stage
  }

  /// The same row with something else about it.
  func with<Value>(_ path: WritableKeyPath<StressRow, Value>, _ value: Value) -> StressRow {
    var row = self
    row[keyPath: path] = value
    return row
  }

  /// Runs the program and records everything in which it does not do what the row says.
  func judge(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await SideBySide.run { [self] in
      try check(sourceLocation: sourceLocation) { try MisbehavingServer(script, then: then) }
    }
  }

  /// The same, against such a server.
  func check(sourceLocation: SourceLocation, start: () throws -> MisbehavingServer) throws {
    var server = try start()
    var arguments = try arguments(port: server.port)
    var result = try SideBySide.runInTime(arguments, environment: ["LAB_PASSWORD": Account.password])
    // What misses its time once may have waited for a processor; what misses it thrice is late by itself.
    for _ in 1...2 where timeFault(of: result) != nil {
      server = try start()
      arguments = try self.arguments(port: server.port)
      result = try SideBySide.runInTime(arguments, environment: ["LAB_PASSWORD": Account.password])
    }
    let faults = try faults(of: result, heard: server.heard())
    #expect(
      faults.isEmpty,
      """
      \(testDescription)
      \(faults.map { "- \($0)" }.joined(separator: "\n"))
      $ tablepro-connect \(arguments.joined(separator: " "))
      exit code \(result.exitCode) after \(result.seconds) s
      \(result.output.prefix(4000))\(result.errors)
      """, sourceLocation: sourceLocation)
  }

  private func arguments(port: Int) throws -> [String] {
    var arguments = ["--engine", engine, "-h", "127.0.0.1", "-p", String(port), "-U", Account.user]
    arguments += ["--password", "env:LAB_PASSWORD", "--ssl", mode.rawValue, "--format", "json"]
    // Where nothing is waited for, a busy machine may take its time.
    arguments += ["--timeout", time == .atOnce ? "10" : String(timeout)]
    if mode == .verifyCA || mode == .verifyIdentity { arguments += try ["--ssl-ca", Lab.pki + "/ca.pem"] }
    return arguments + options
  }

  private func timeFault(of result: ProgramResult) -> String? {
    let seconds = result.seconds
    let good =
      switch time {
      case .atTheTimeout: SideBySide.isInTime(result, timeout: timeout)
      case .atOnce: seconds < 5
      case .beforeTheTimeout: seconds - SideBySide.startUp < timeout + 0.25 && seconds > timeout * 0.7 - 0.1
      }
    return good && !result.timedOut ? nil : "it took \(seconds) s"
  }

  private func faults(of result: ProgramResult, heard: [MisbehavingServer.Heard]) throws -> [String] {
    var faults = timeFault(of: result).map { [$0] } ?? []
    func check<Value: Equatable>(_ name: String, _ found: Value, _ wanted: Value) {
      if found != wanted { faults.append("\(name) is \(found), not \(wanted)") }
    }
    check("exit code", result.exitCode, cause?.exitCode ?? 0)
    check("standard error", result.errors, "")
    faults += Terminal.controls(in: result.output).map { "the output holds \($0)" }
    guard let report = Report(result.output) else { return faults + ["the output is no report"] }
    check("cause", report.diagnosis?.cause, cause?.rawValue)
    let found = report.diagnosis?.stage ?? report.stages.last?.name ?? "none"
    if !stage.split(separator: "|").contains(Substring(found)) {
      faults.append("stage is \(found), not \(stage)")
    }
    let notes = (report.diagnosis?.notes ?? []) + report.warnings
    if let note, !notes.contains(where: { $0.contains(note) }) { faults.append("no note says “\(note)”") }
    if let mentions, report.diagnosis?.message.contains(mentions) != true {
      faults.append("the message does not name \(mentions)")
    }
    if let response, report.diagnosis?.serverResponse?.contains(response) != true {
      faults.append("the server response does not say “\(response)”")
    }
    if heard.contains(where: { Data($0.plain).range(of: Data(Account.password.utf8)) != nil }),
      mode != .disabled
    {
      faults.append("the password went over the line in clear")
    }
    let named = heard.contains { Data($0.plain).range(of: Data(Account.user.utf8)) != nil }
    if named, mode != .disabled, mode != .preferred { faults.append("the user was named before TLS was up") }
    if !proves, heard.contains(where: \.holdsProof) {
      faults.append("the server got a proof of the password")
    }
    faults += try SchemaValidator.faults(in: result.output).map { "schema: \($0)" }
    return faults
  }
}

/// What a terminal would obey.
enum Terminal {
  /// Every character of a text that would drive a terminal, or change the order in which it shows others.
  static func controls(in text: String) -> [String] {
    let found = text.unicodeScalars.filter { scalar in
      switch scalar.value {
      case 0x0a: false
      case 0..<0x20, 0x7f..<0xa0, 0x061c, 0x200b...0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
      default: false
      }
    }
    return Set(found.map { "U+\(String($0.value, radix: 16))" }).sorted()
  }
}

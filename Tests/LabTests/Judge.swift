import Foundation
import Lab
import Testing

extension Row {
  /// The command line, without the program's name.
  func arguments(port: Int) throws -> [String] {
    let situation = situation
    var arguments = ["--engine", situation.engine, "-h", try fill(situation.host), "-p", String(port)]
    arguments += situation.user.isEmpty ? [] : ["-U", situation.user]
    arguments += (situation.database.map { ["-d", $0] } ?? [])
    if situation.password != nil { arguments += ["--password", "env:LAB_PASSWORD"] }
    arguments += ["--ssl", mode.rawValue, "--format", "json"]
    return arguments + (try fill(situation.options).split(separator: " ").map(String.init))
  }

  private func fill(_ text: String) throws -> String {
    var text = text
    if text.contains("{pki}") { text = try text.replacingOccurrences(of: "{pki}", with: Lab.pki) }
    if text.contains("{") {
      let server = try situation.server.place()
      text = text.replacingOccurrences(of: "{port}", with: String(server.port))
        .replacingOccurrences(of: "{socket}", with: server.socket)
    }
    return text
  }

  /// Runs the program and records everything in which it does not do what the row says.
  func judge(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let server = try situation.server.place()
    var environment = try situation.environment.mapValues(fill)
    if let password = situation.password { environment["LAB_PASSWORD"] = password }
    let home = try TemporaryFolder()
    environment["HOME"] = home.path
    for (place, source) in situation.home {
      let target = URL(fileURLWithPath: home.path + "/" + place)
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: Lab.pki + "/" + source, toPath: target.path)
    }
    for (place, text) in situation.homeTexts {
      try fill(text).write(toFile: home.path + "/" + place, atomically: true, encoding: .utf8)
    }
    let arguments = try arguments(port: server.port)
    let result = try Program.run(arguments, environment: environment)
    let faults = try faults(of: result)
    #expect(
      faults.isEmpty,
      """
      \(testDescription)
      \(faults.map { "- \($0)" }.joined(separator: "\n"))
      $ tablepro-connect \(arguments.joined(separator: " "))
      exit code \(result.exitCode)\(result.timedOut ? ", killed because its time was over" : "")
      \(result.output)\(result.errors)
      """, sourceLocation: sourceLocation)
  }

  /// What is wrong with how the program ended, a line each.
  func faults(of result: ProgramResult) throws -> [String] {
    var faults: [String] = []
    func check<Value: Equatable>(_ name: String, _ found: Value, _ wanted: Value) {
      if found != wanted { faults.append("\(name) is \(shown(found)), not \(shown(wanted))") }
    }
    check("exit code", result.exitCode, ending.cause?.exitCode ?? 0)
    check("standard error", result.errors, "")
    check("lines of output", result.output.filter { $0 == "\n" }.count, 1)
    guard let report = Report(result.output) else { return faults + ["the output is no report"] }
    check("ok", report.ok, ending.cause == nil)
    check("cause", report.diagnosis?.cause, ending.cause?.rawValue)
    check("diagnosis.exitCode", report.diagnosis?.exitCode, ending.cause?.exitCode)
    check("recommendedMode", report.diagnosis?.recommendedMode, ending.recommended?.rawValue)
    check("ssl.requested", report.ssl.requested, mode.rawValue)
    check("ssl.verified", report.ssl.verified, ending.verified)
    check("ssl.fallback", report.ssl.fallback, ending.fallback)
    switch ending.encryption {
    case .yes: check("ssl.encrypted", report.ssl.encrypted, true)
    case .no: check("ssl.encrypted", report.ssl.encrypted, false)
    case .notReached: check("ssl.encrypted", report.ssl.encrypted ?? false, false)
    case .either: break
    }
    if let warning = situation.warning, mode != .disabled {
      let found = report.warnings.contains { $0.localizedCaseInsensitiveContains(warning) }
      check("a warning with \(warning)", found, true)
    }
    if let remark = situation.remark, ending.cause == nil {
      let found = report.warnings.contains { $0.localizedCaseInsensitiveContains(remark) }
      check("a warning with \(remark)", found, true)
    }
    if let note = situation.note, let diagnosis = report.diagnosis {
      check("a note with \(note)", diagnosis.notes.contains { $0.contains(note) }, true)
    }
    faults += try SchemaValidator.faults(in: result.output).map { "schema: \($0)" }
    return faults
  }
}

/// A value as JSON would show it.
private func shown(_ value: some Any) -> String {
  let mirror = Mirror(reflecting: value)
  guard mirror.displayStyle == .optional else { return "\(value)" }
  return mirror.children.first.map { "\($0.value)" } ?? "null"
}

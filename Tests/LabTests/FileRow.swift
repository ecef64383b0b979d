import Foundation
import Lab
import Testing

/// A file in one state, and how the test of it has to end.
struct FileRow: Sendable, CustomTestStringConvertible {
  var engine: String
  var state: String
  /// nil: it connects.
  var cause: Cause?
  /// The stage at which it ends.
  var stage = "query"
  /// What the notes, or the warnings of a success, have to contain; nil: there are none.
  var note: String?
  /// What the message, or what the server says of itself, has to contain.
  var mentions: String?
  /// As a user who owns nothing.
  var asNobody = false
  /// How another process holds the file.
  var held: String?
  var timeout = 10.0
  /// Whether the time counts: it ends at the timeout.
  var atTheTimeout = false
  var options: [String] = []

  var testDescription: String { "\(engine): \(state)\(held.map { ", held \($0)" } ?? "") \(options)" }

  init(_ engine: String, _ state: String, _ cause: Cause? = nil, at stage: String = "query") {
    (self.engine, self.state, self.cause, self.stage) = (engine, state, cause, stage)
  }

  func with<Value>(_ path: WritableKeyPath<FileRow, Value>, _ value: Value) -> FileRow {
    var row = self
    row[keyPath: path] = value
    return row
  }

  /// Runs the program, and records everything in which it does not do what the row says, or leaves a trace.
  func judge(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await SideBySide.run { [self] in try check(sourceLocation) }
  }

  private func check(_ sourceLocation: SourceLocation) throws {
    guard !asNobody || geteuid() == 0 else {
      Issue.record("To be another user takes root.", sourceLocation: sourceLocation)
      return
    }
    let file = try LabFile(engine, state)
    let key = try held.map { try file.hold($0) }
    defer { if let key { try? file.release(key) } }
    let before = try file.contents()
    let arguments =
      ["--engine", engine, "-d", file.path, "--format", "json", "--timeout", "\(timeout)"] + options
    var environment = try LabFile.environment(engine)
    var result: ProgramResult
    if asNobody {
      environment["HOME"] = "/nonexistent"
      let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Program.path]
      result = try Command.run(
        nobody + arguments, environment: Program.cleanEnvironment.merging(environment) { $1 })
    } else if atTheTimeout {
      result = try SideBySide.runInTime(arguments, environment: environment)
      // What misses its time once may have waited for a processor; what misses it thrice is late by itself.
      for _ in 1...2 where isLate(result) {
        result = try SideBySide.runInTime(arguments, environment: environment)
      }
    } else {
      result = try Program.run(arguments, environment: environment)
    }
    var faults = try faults(of: result, file)
    let after = try file.contents()
    faults += Set(after).symmetricDifference(before).sorted().map { "the folder is not as it was: \($0)" }
    #expect(
      faults.isEmpty,
      """
      \(testDescription)
      \(faults.map { "- \($0)" }.joined(separator: "\n"))
      $ tablepro-connect \(arguments.joined(separator: " "))
      exit code \(result.exitCode) after \(result.seconds) s
      \(result.output)\(result.errors)
      """, sourceLocation: sourceLocation)
  }

  private func isLate(_ result: ProgramResult) -> Bool {
    result.timedOut || (atTheTimeout ? abs(result.seconds - timeout) > 0.25 : result.seconds > 8)
  }

  private func faults(of result: ProgramResult, _ file: LabFile) throws -> [String] {
    var faults: [String] = []
    func check<Value: Equatable>(_ name: String, _ found: Value, _ wanted: Value) {
      if found != wanted { faults.append("\(name) is \(found), not \(wanted)") }
    }
    check("exit code", result.exitCode, cause?.exitCode ?? 0)
    check("standard error", result.errors, "")
    if isLate(result) {
      faults.append("it took \(result.seconds) s")
    }
    guard let report = Report(result.output) else { return faults + ["the output is no report"] }
    check("cause", report.diagnosis?.cause, cause?.rawValue)
    check("recommendedMode", report.diagnosis?.recommendedMode, nil)
    check("stage", report.diagnosis?.stage ?? report.stages.last?.name, stage)
    check("host", report.host, nil)
    check("port", report.port, nil)
    check("database", report.database, file.path)
    check("ssl.requested", report.ssl.requested, nil)
    check("ssl.encrypted", report.ssl.encrypted, nil)
    check("ssl.verified", report.ssl.verified, "none")
    let notes = report.diagnosis?.notes ?? report.warnings
    if let note {
      if !notes.contains(where: { $0.contains(note) }) { faults.append("no note says “\(note)”: \(notes)") }
    } else if !notes.isEmpty {
      faults.append("notes: \(notes)")
    }
    let words = report.diagnosis?.message ?? report.server?.details?.joined(separator: ", ") ?? ""
    if let mentions, !words.contains(mentions) { faults.append("“\(words)” does not say “\(mentions)”") }
    if cause != nil, !words.contains(file.path) { faults.append("the message does not name the file") }
    faults += try SchemaValidator.faults(in: result.output).map { "schema: \($0)" }
    return faults
  }
}

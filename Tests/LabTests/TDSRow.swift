import Foundation
import Lab
import Testing

/// A SQL Server in some state, and how the test of a connection to it has to end in every mode.
struct TDSSituation: Sendable {
  var title: String
  var server: FakeTDS
  /// The options that are added, separated by spaces; `{pki}` stands for the folder of the PKI.
  var options = ""
  var host = "localhost"
  var user = Account.user
  var password: String? = Account.password
  var database: String? = Account.database
  var environment: [String: String] = [:]
  /// What one of the notes or warnings has to contain in every mode.
  var note: String?
  /// What the server's response has to contain.
  var response: String?
  /// How many connections the server may have seen; nil: one, and two where Preferred falls back.
  var connections: ClosedRange<Int>?
  /// In the order of the modes: disabled, preferred, required, verify-ca, verify-identity.
  var endings: [Ending]

  init(_ title: String, _ server: FakeTDS, _ options: String = "", _ endings: Ending...) {
    precondition(endings.count == Mode.allCases.count, "\(title): one ending for each mode")
    self.title = title
    self.server = server
    self.options = options
    self.endings = endings
  }

  /// A certificate's row: on a server that takes everybody, only the modes that verify see a difference.
  static func certificate(
    _ title: String, _ certificate: String, _ options: String, verifyCA: Ending, verifyIdentity: Ending
  ) -> TDSSituation {
    TDSSituation(title, .with(certificate), options, .plain, .encrypted, .encrypted, verifyCA, verifyIdentity)
  }

  /// The login, or what comes after it, ends so in every mode.
  static func login(_ title: String, _ server: FakeTDS, _ cause: Cause? = nil) -> TDSSituation {
    func ends(_ ending: Ending) -> Ending { cause.map { ending.thenFails($0) } ?? ending }
    return TDSSituation(
      title, server, "--ssl-ca {pki}/ca.pem", ends(.plain), ends(.encrypted), ends(.encrypted), ends(.chain),
      ends(.identity))
  }

  /// The same in every mode.
  static func always(_ title: String, _ server: FakeTDS, _ ending: Ending) -> TDSSituation {
    TDSSituation(title, server, "--ssl-ca {pki}/ca.pem", ending, ending, ending, ending, ending)
  }

  /// The same situation with something else about it.
  func with<Value>(_ path: WritableKeyPath<TDSSituation, Value>, _ value: Value) -> TDSSituation {
    var situation = self
    situation[keyPath: path] = value
    return situation
  }
}

/// A situation in one mode: a case of a parameterized test.
struct TDSRow: Sendable, CustomTestStringConvertible {
  var situation: TDSSituation
  var mode: Mode

  var ending: Ending { situation.endings[Mode.allCases.firstIndex(of: mode)!] }
  var testDescription: String { "\(situation.title), \(mode.rawValue)" }

  /// Every situation in every mode.
  static func all(_ situations: [TDSSituation]) -> [TDSRow] {
    situations.flatMap { situation in Mode.allCases.map { TDSRow(situation: situation, mode: $0) } }
  }

  /// The command line, without the program's name.
  func arguments(port: Int) throws -> [String] {
    var arguments = ["--engine", "sqlserver", "-h", situation.host, "-p", String(port), "-U", situation.user]
    if let database = situation.database { arguments += ["-d", database] }
    if situation.password != nil { arguments += ["--password", "env:LAB_PASSWORD"] }
    arguments += ["--ssl", mode.rawValue, "--format", "json"]
    let options = try situation.options.replacingOccurrences(of: "{pki}", with: Lab.pki)
    return arguments + options.split(separator: " ").map(String.init)
  }

  /// Runs the program against a server of its own and records everything in which it does not do what the row says.
  func judge(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    try await SideBySide.run { [self] in try check(sourceLocation) }
  }

  private func check(_ sourceLocation: SourceLocation) throws {
    let server = try situation.server.own(testDescription).start()
    let arguments = try arguments(port: server.port)
    var environment = try situation.environment.mapValues {
      try $0.replacingOccurrences(of: "{pki}", with: Lab.pki)
    }
    environment["LAB_PASSWORD"] = situation.password
    let result = try Program.run(arguments, environment: environment)
    let seen = try server.received()
    let faults = try faults(of: result) + faults(in: seen)
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
  private func faults(of result: ProgramResult) throws -> [String] {
    // The judge of PostgreSQL's rows looks at the endings alone.
    var general = Situation(situation.title, .optional, "", .plain, .plain, .plain, .plain, .plain)
    general.endings = situation.endings
    var faults = try Row(situation: general, mode: mode).faults(of: result)
    guard let report = Report(result.output) else { return faults }
    let notes = (report.diagnosis?.notes ?? []) + report.warnings
    if let note = situation.note, !notes.contains(where: { $0.contains(note) }) {
      faults.append("no note says “\(note)”")
    }
    if let response = situation.response, report.diagnosis?.serverResponse?.contains(response) != true {
      faults.append("the server response does not say “\(response)”")
    }
    return faults
  }

  /// What is wrong with what the server saw: the password belongs inside TLS, and to nobody who is not trusted.
  private func faults(in seen: [TDSConnection]) -> [String] {
    var faults: [String] = []
    let wanted = situation.connections ?? (ending.fallback ? 2...2 : 1...1)
    if !wanted.contains(seen.count) {
      faults.append("the server saw \(seen.count) connections, not \(wanted)")
    }
    let mayBePlain = mode == .disabled || ending.fallback
    for (index, connection) in seen.enumerated() {
      if let password = situation.password, !password.isEmpty {
        if !mayBePlain, connection.showed(password) { faults.append("\(index): the password is on the line") }
        if ending.encryption == .notReached, connection.got(password) {
          faults.append("\(index): the server got the password")
        }
      }
      if !mayBePlain, connection.plainPackets.contains(where: { $0 == 16 || $0 == 2 }) {
        faults.append("\(index): a login came outside TLS")
      }
      if connection.accepted, ending.encryption == .yes, connection.sessionEncrypted != true {
        faults.append("\(index): the session is not encrypted")
      }
      if let login = connection.login, login.server != situation.host, !login.server.contains(",") {
        faults.append("\(index): LOGIN7 names the server \(login.server)")
      }
    }
    if ending.cause == nil, seen.last?.login?.passwordRight != true {
      faults.append("the password came garbled")
    }
    return faults
  }
}

import Foundation
import Lab
import Testing

/// Servers that say what no server of MongoDB's does, to the real libmongoc. None of them may end the program, lead it
/// elsewhere or get the password out of it.
@Suite struct MongoDBHostileTests {
  /// A hostile answer to a command, and how the test of the connection has to end.
  struct Case: Sendable, CustomTestStringConvertible {
    var title: String
    var server: MongoServer
    var cause: Cause?
    /// A part of a note.
    var note: String?
    var query = ""

    var testDescription: String { title }
  }

  static let primary = MongoServer.plain.with(\.role, .primary)
  static let member = "?replicaSet=rs0"

  static func hello(_ json: String, _ note: String?, _ query: String = member) -> Case {
    Case(
      title: "hello: \(json.prefix(60)) \(query)", server: primary.answering("hello", json), cause: .other,
      note: note, query: query)
  }

  static let long = String(repeating: "a", count: 300) + ":1"
  static let names = [
    "", ":", ":1", "[::1", "a:99999", long, "/tmp/tablepro-none.sock:27017", "a\\u0000:1", "a b:1",
  ]

  static let places = ["me", "primary", "hosts", "passives", "arbiters"].flatMap { field in
    names.map { name in
      let value = ["me", "primary"].contains(field) ? "\"\(name)\"" : "[\"localhost:1\", \"\(name)\"]"
      return hello("{\"\(field)\": \(value)}", "no host with a port")
    }
  }

  static let types = [
    "{\"speculativeAuthenticate\": 1}", "{\"speculativeAuthenticate\": []}", "{\"hosts\": {}}",
    "{\"hosts\": [1]}",
    "{\"me\": 1}", "{\"setName\": 7}", "{\"tags\": []}", "{\"electionId\": \"x\"}",
    "{\"maxWireVersion\": \"17\"}",
    "{\"saslSupportedMechs\": [1]}", "{\"msg\": {}}",
  ].flatMap {
    [hello($0, "in a form that MongoDB does not give it"), hello($0, "in a form", "?directConnection=true")]
  }

  /// What nobody needs does not matter, whatever it is.
  static let harmless = ["hello", "saslContinue", "connectionStatus", "listDatabases", "buildInfo"].map {
    command in
    Case(
      title: "surplus in \(command)",
      server: primary.answering(
        command,
        "{\"errorLabels\": 1, \"$clusterTime\": 1, \"topologyVersion\": 1, \"compression\": 1, \"lastWrite\": 1, \"writeConcernError\": 1, \"code\": 0}"
      ), cause: nil)
  }

  static let errors: [Case] = [
    ("hello", "{\"ok\": 0, \"errmsg\": \"x\", \"errorLabels\": 1}"),
    ("saslContinue", "{\"ok\": 0, \"errmsg\": \"x\", \"errorLabels\": {}}"),
    ("connectionStatus", "{\"ok\": 0, \"errmsg\": \"x\", \"errorLabels\": [1]}"),
    ("connectionStatus", "{\"ok\": 0, \"errmsg\": \"x\", \"code\": 0}"),
    ("connectionStatus", "{\"ok\": 0, \"errmsg\": \"x\", \"code\": 4294967296}"),
    ("connectionStatus", "{\"ok\": 0, \"writeConcernError\": {\"code\": 0}}"),
  ].map { command, json in
    Case(title: "\(command): \(json)", server: MongoServer.plain.answering(command, json), cause: .other)
  }

  static let frames: [Case] = [
    ("hello", .twice, .other), ("hello", .thrice, .other), ("hello", .anotherNumber, .wrongProtocol),
    ("hello", .anotherForm, .wrongProtocol), ("hello", .long, .wrongProtocol),
    ("saslContinue", .twice, .other),
    ("saslContinue", .anotherForm, .other), ("connectionStatus", .anotherForm, .other),
    ("connectionStatus", .anotherNumber, .other), ("connectionStatus", .long, .other),
    ("buildInfo", .long, .other),
    ("listDatabases", .long, nil), ("listDatabases", .many, nil),
  ].map { (command: String, framing: MongoServer.Framing, cause: Cause?) in
    Case(title: "\(framing) \(command)", server: MongoServer.plain.framing(command, framing), cause: cause)
  }

  static func run(_ server: MongoServer, _ query: String = "", _ options: [String] = []) throws
    -> ProgramResult
  {
    let port = try Lab.start(mongodb: server).port
    return try Program.run(
      ["mongodb://tester@localhost:\(port)/\(query)", "--password", "env:LAB_PASSWORD", "--format", "json"]
        + options,
      environment: ["LAB_PASSWORD": Account.password])
  }

  @Test(arguments: places + types + harmless + errors + frames) func answer(_ row: Case) async throws {
    try await SideBySide.run {
      // A debug build takes seconds for the largest answers where others want the processor too.
      let result = try Self.run(row.server, row.query, row.cause == nil ? ["--timeout", "25"] : [])
      #expect(result.exitCode == row.cause?.exitCode ?? 0, "\(row.title): \(result)")
      let report = try #require(Report(result.output), "\(row.title): \(result)")
      #expect(report.diagnosis?.cause == row.cause?.rawValue, "\(row.title): \(result)")
      if let note = row.note {
        #expect(report.diagnosis?.notes.contains { $0.contains(note) } == true, "\(row.title): \(result)")
      }
      #expect(try SchemaValidator.faults(in: result.output) == [])
      #expect(!(result.output + result.errors).contains(Account.password))
    }
  }

  /// Everything that a server says is drawn by lot.
  @Test(arguments: 0..<48) func byLot(seed: Int) async throws {
    let role: MongoServer.Role = seed.isMultiple(of: 2) ? .primary : .standalone
    let query = ["", Self.member, "?directConnection=true", "?loadBalanced=true"][seed / 2 % 4]
    try await SideBySide.run {
      let result = try Self.run(
        MongoServer.plain.with(\.role, role).with(\.seed, seed), query, ["--timeout", "3"])
      #expect(
        Cause.allCases.map(\.exitCode).contains(result.exitCode) || result.exitCode == 0, "\(seed): \(result)"
      )
      #expect(Report(result.output) != nil, "\(seed): \(result)")
      #expect(result.errors == "", "\(seed): \(result)")
      #expect(!result.output.contains(Account.password))
    }
  }

  /// A member that is called by a path would be a Unix socket, which has no TLS.
  @Test(arguments: ["hosts", "primary", "me"]) func nobodyLeadsToASocket(field: String) throws {
    let path = "/tmp/tablepro-\(UUID().uuidString).sock"
    let listener = try UnixListener(path)
    let value = field == "hosts" ? "[\"\(path):27017\"]" : "\"\(path):27017\""
    let server = MongoServer.with("good").with(\.role, .secondary).answering(
      "hello", "{\"\(field)\": \(value)}"
    )
    .own("socket \(field)")
    let port = try Lab.start(mongodb: server)
    let result = try Program.run(
      [
        "mongodb://tester@localhost:\(port.port)/?replicaSet=rs0", "--password", "env:LAB_PASSWORD", "--ssl",
        "verify-identity", "--ssl-ca", Lab.pki + "/ca.pem", "--format", "json",
      ], environment: ["LAB_PASSWORD": Account.password])
    #expect(result.exitCode == Cause.other.exitCode, "\(result)")
    #expect(result.output.contains("no host with a port"), "\(result)")
    #expect(!listener.wasCalled)
    #expect(try port.heard().allSatisfy { $0.commands == ["hello"] })
  }

  /// A server that does not know the password, or wants a proof that tells it.
  @Test(arguments: [MongoServer.ScramFault.forged, .unproven, .fewRounds]) func halfOfALogin(
    fault: MongoServer.ScramFault
  )
    throws
  {
    let result = try Self.run(MongoServer.plain.with(\.scram, fault))
    #expect(result.exitCode == Cause.other.exitCode, "\(result)")
    let diagnosis = try #require(Report(result.output)?.diagnosis)
    #expect(diagnosis.message.contains("could not prove that it knows the password"), "\(result)")
    #expect(!diagnosis.message.contains("rejected"), "\(result)")
    if fault == .fewRounds { #expect(diagnosis.notes.contains { $0.contains("4096") }, "\(result)") }
  }

  /// Who loses the connection in the middle of a login does not log in once more.
  @Test(arguments: [("saslContinue", 1), ("connectionStatus", 1), ("hello", 2), ("connect", 2)])
  func waiting(place: String, least: Int) async throws {
    try await SideBySide.run {
      let server = MongoServer.plain.with(.close, at: place).own("waiting at \(place)")
      let result = try Self.run(server, "", ["--wait", "4"])
      #expect(result.exitCode == Cause.lost.exitCode, "\(result)")
      let connections = try Lab.start(mongodb: server).heard().filter {
        !$0.commands.isEmpty || place == "connect"
      }
      #expect(
        least == 1 ? connections.count == 1 : connections.count >= least, "\(connections.map(\.commands))")
    }
  }
}

/// A Unix socket that only notices who connects to it.
private final class UnixListener {
  private let descriptor: Int32
  private let path: String

  init(_ path: String) throws {
    self.path = path
    #if os(Linux)
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #else
      descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(bound == 0 && listen(descriptor, 5) == 0)
  }

  /// Whether somebody waits to be accepted.
  var wasCalled: Bool {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&waiting, 1, 0) > 0
  }

  deinit {
    close(descriptor)
    unlink(path)
  }
}

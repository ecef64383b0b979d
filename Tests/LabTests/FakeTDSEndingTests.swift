import Foundation
import Lab
import Testing

/// Where the fake SQL Server goes wrong, seen by clients that others wrote.
@Suite struct FakeTDSEndingTests {
  /// How far a connection gets, by the record.
  static func reached(_ seen: TDSConnection) -> [Bool] {
    [
      seen.prelogin != nil, seen.hello != nil, seen.tls != nil, seen.login != nil, seen.accepted,
      !seen.queries.isEmpty,
    ]
  }

  static func expected(_ stage: TDSStage) -> [Bool] {
    let count =
      switch stage {
      case .accepted: 0
      case .prelogin, .midPrelogin: 1
      case .serverHello, .midHandshake, .finished: 2
      case .secured: 3
      case .login, .midLogin: 4
      case .query, .midQuery: 6
      }
    return (0..<6).map { $0 < count }
  }

  @Test(arguments: TDSStage.allCases, [TDSMisbehaviour.Act.stall, .close, .reset, .goodbye])
  func misbehaves(stage: TDSStage, act: TDSMisbehaviour.Act) async throws {
    let (answer, connections) = try await SideBySide.run {
      let server = try FakeTDS.misbehaving(TDSMisbehaviour(at: stage, act: act)).start()
      let attempt = TDSAttempt(.pythonTDS, .whole).with(\.patience, 2)
      return try (attempt.made(on: server.port), server.received())
    }
    #expect(answer.row == nil && answer.error != nil, "\(answer)")
    if act == .stall { #expect(answer.seconds > 1.5, "\(answer)") }
    let seen = try #require(connections.first)
    #expect(Self.reached(seen) == Self.expected(stage), "\(seen)")
    #expect((seen.end == "ours") == (act == .reset), "\(seen)")
  }

  /// What comes late or byte by byte is right nevertheless.
  @Test(arguments: TDSStage.allCases) func late(stage: TDSStage) async throws {
    let (dribbled, late) = try await SideBySide.run {
      let dribbling = try FakeTDS.misbehaving(.dribbles(stage, pause: 0.0005)).start()
      let waiting = try FakeTDS.misbehaving(.waits(1, stage)).start()
      let attempt = TDSAttempt(.tsql, .whole)
      return try (attempt.made(on: dribbling.port), attempt.made(on: waiting.port))
    }
    #expect(dribbled.row?.last == "TRUE", "\(dribbled)")
    #expect(late.row?.last == "TRUE" && late.seconds >= 1, "\(late)")
  }

  @Test func oneAfterAnother() throws {
    let server = try FakeTDS.misbehaving(.closes(.login)).with(\.later, [.plain]).start()
    let attempt = TDSAttempt(.tsql, .off)
    #expect(try attempt.made(on: server.port).row == nil)
    #expect(try attempt.made(on: server.port).row != nil)
    #expect(try attempt.made(on: server.port).row != nil)
  }

  /// What the other tests find right, in short.
  static func faults(of server: FakeTDS) throws -> [String] {
    let port = try server.start().port
    let attempt = TDSAttempt(.tsql, .whole)
    let answers = try TDSAttempt.make(
      [attempt, attempt.with(\.password, "wrong"), attempt.with(\.database, "nowhere")], on: port)
    var faults = answers[0].row?.last == "TRUE" ? [] : ["login: \(answers[0])"]
    if answers[1].error?.contains("Msg 18456") != true { faults.append("password: \(answers[1])") }
    if answers[2].error?.contains("Msg 4060") != true { faults.append("database: \(answers[2])") }
    return faults
  }

  @Test func nothingIsWrong() throws { #expect(try Self.faults(of: .optional).isEmpty) }

  /// Whoever finds nothing wrong must be able to.
  @Test(arguments: FakeTDS.Mistake.allCases) func mistakesAreFound(mistake: FakeTDS.Mistake) async throws {
    let faults = try await SideBySide.run { try Self.faults(of: FakeTDS.optional.with(\.mistake, mistake)) }
    #expect(!faults.isEmpty)
  }
}

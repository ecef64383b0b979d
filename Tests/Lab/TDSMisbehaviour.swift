/// Where a conversation with SQL Server goes wrong; each begins where the one before has ended well.
public enum TDSStage: String, Hashable, Encodable, CaseIterable, Sendable {
  /// As soon as the connection is accepted, before anything is heard.
  case accepted
  /// Instead of the answer to PRELOGIN.
  case prelogin
  /// In the middle of the answer to PRELOGIN.
  case midPrelogin
  /// Instead of ServerHello.
  case serverHello
  /// In the middle of the server's first flight.
  case midHandshake
  /// Instead of what ends the handshake of TLS 1.2.
  case finished
  /// As soon as the handshake is done; the login is not read.
  case secured
  /// Instead of the answer to LOGIN7.
  case login
  /// In the middle of the answer to LOGIN7.
  case midLogin
  /// Instead of the answer to the first query.
  case query
  /// In the middle of the answer to the first query.
  case midQuery
}

/// What a fake SQL Server does at some stage instead of what it should.
public struct TDSMisbehaviour: Hashable, Encodable, Sendable {
  /// What it does, after having said `bytes`.
  public enum Act: String, Hashable, Encodable, Sendable {
    /// Nothing more, until the client goes.
    case stall
    /// FIN.
    case close
    /// RST.
    case reset
    /// TLS's close_notify, then FIN.
    case goodbye
    /// The right thing, but a byte at a time; inside TLS, a record for each.
    case dribble
    /// The right thing.
    case goOn
  }

  /// Where.
  public var at: TDSStage
  /// What.
  public var act: Act
  /// What it says first, where there is TLS, inside it. There is no packet around it.
  public var bytes: [UInt8]
  /// Seconds after each byte that it says slowly.
  public var pause: Double

  /// That act, at that stage.
  public init(at stage: TDSStage, act: Act, bytes: [UInt8] = [], pause: Double = 0) {
    at = stage
    self.act = act
    self.bytes = bytes
    self.pause = pause
  }

  /// Nothing more, until the client goes.
  public static func stalls(_ stage: TDSStage) -> TDSMisbehaviour { TDSMisbehaviour(at: stage, act: .stall) }
  /// FIN.
  public static func closes(_ stage: TDSStage) -> TDSMisbehaviour { TDSMisbehaviour(at: stage, act: .close) }
  /// RST.
  public static func breaks(_ stage: TDSStage) -> TDSMisbehaviour { TDSMisbehaviour(at: stage, act: .reset) }
  /// TLS's close_notify, then FIN.
  public static func saysGoodbye(_ stage: TDSStage) -> TDSMisbehaviour {
    TDSMisbehaviour(at: stage, act: .goodbye)
  }
  /// The right thing, a byte at a time, `pause` seconds after each.
  public static func dribbles(_ stage: TDSStage, pause: Double = 1) -> TDSMisbehaviour {
    TDSMisbehaviour(at: stage, act: .dribble, pause: pause)
  }
  /// These bytes, with a pause a byte at a time, and then that.
  public static func says(
    _ bytes: [UInt8], _ stage: TDSStage, pause: Double = 0, then act: Act = .stall
  ) -> TDSMisbehaviour {
    TDSMisbehaviour(at: stage, act: act, bytes: bytes, pause: pause)
  }
  /// The right thing, but so many seconds late.
  public static func waits(_ seconds: Double, _ stage: TDSStage) -> TDSMisbehaviour {
    TDSMisbehaviour(at: stage, act: .goOn, pause: seconds)
  }
}

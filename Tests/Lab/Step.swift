import Foundation

/// One step of a script that a `MisbehavingServer` performs.
public enum Step: Encodable, Sendable {
  /// Says these bytes; with a pause (in seconds) a byte at a time, and as often as is said.
  case send([UInt8], pause: Double = 0, times: Int = 1)
  /// Waits for a message without a type: SSLRequest, StartupMessage.
  case hearPacket
  /// Waits for a message with a type: PasswordMessage, Query.
  case hearMessage
  /// Waits for something that is no message, such as a ClientHello.
  case hearHandshake
  /// Waits for the end of a line.
  case hearLine
  /// Waits for so many of Redis' commands.
  case hearRedis(Int = 1)
  /// Waits for a frame of CQL's protocol, not in a segment.
  case hearCQL
  /// Waits for a request of HTTP/2, to its end.
  case hearHTTP2
  /// Waits for a request of HTTP 1.1.
  case hearHTTP
  /// Waits for a packet of MySQL's: SSLRequest, a login, an answer of a plugin, a command.
  case hearMySQL
  /// Says packets of MySQL's, numbered after the last one that was said or heard (a command begins anew); with a
  /// pause (in seconds) a byte at a time, and no more bytes than the limit.
  case mysql(_ bodies: [[UInt8]], pause: Double = 0, limit: Int? = nil)
  /// Answers MySQL's commands as `FakeMySQL` does, until the client goes.
  case mysqlSession
  /// Waits so many seconds.
  case pause(Double)
  /// Shakes hands, as TLS's server, with that certificate of the PKI; `anonymous`: without any (and TLS 1.2). With a limit, it stops after so many bytes
  /// of its own; `flights` is after how many of its turns.
  case secure(_ certificate: String = "good", limit: Int? = nil, flights: Int? = nil, maximum: String? = nil)
  /// Sends what the limit held back, a byte at a time.
  case rest(pause: Double)
  /// Goes on with another script if the client does not begin with a TLS record.
  case unlessTLS([Step])
  /// One message of SCRAM-SHA-256's server.
  case scram(SCRAM)
  /// Nothing more, until the client goes.
  case stall
  /// FIN.
  case close
  /// TLS's close_notify, then FIN.
  case goodbye
  /// RST.
  case reset

  /// The messages of SCRAM's server: AuthenticationSASL, …Continue, …Final; the last two hear the client first.
  public enum SCRAM: String, Encodable, Sendable { case request, challenge, verdict }

  /// Says a text.
  public static func send(_ text: String) -> Step { .send(Array(text.utf8)) }

  /// Says one packet of MySQL's.
  public static func mysql(_ body: [UInt8], pause: Double = 0, limit: Int? = nil) -> Step {
    .mysql([body], pause: pause, limit: limit)
  }

  private enum Key: String, CodingKey {
    case `do`, bytes, bodies, pause, times, what, certificate, limit, flights, maximum, script, part, password
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: Key.self)
    func hear(_ what: String) throws {
      try fields.encode("hear", forKey: .do)
      try fields.encode(what, forKey: .what)
    }
    switch self {
    case .send(let bytes, let pause, let times):
      try fields.encode("send", forKey: .do)
      try fields.encode(bytes.hexadecimal, forKey: .bytes)
      try fields.encode(pause, forKey: .pause)
      try fields.encode(times, forKey: .times)
    case .hearPacket: try hear("packet")
    case .hearMessage: try hear("message")
    case .hearHandshake: try hear("something")
    case .hearLine: try hear("line")
    case .hearRedis(let count):
      try fields.encode("hear_redis", forKey: .do)
      try fields.encode(count, forKey: .times)
    case .hearCQL: try hear("cql")
    case .hearHTTP2: try hear("http2")
    case .hearHTTP: try hear("http")
    case .hearMySQL: try hear("mysql")
    case .mysql(let bodies, let pause, let limit):
      try fields.encode("mysql", forKey: .do)
      try fields.encode(bodies.map(\.hexadecimal), forKey: .bodies)
      try fields.encode(pause, forKey: .pause)
      try fields.encodeIfPresent(limit, forKey: .limit)
    case .mysqlSession: try fields.encode("mysql_session", forKey: .do)
    case .pause(let seconds):
      try fields.encode("pause", forKey: .do)
      try fields.encode(seconds, forKey: .pause)
    case .secure(let certificate, let limit, let flights, let maximum):
      try fields.encode("secure", forKey: .do)
      try fields.encode(Lab.pki + "/" + certificate, forKey: .certificate)
      try fields.encodeIfPresent(limit, forKey: .limit)
      try fields.encodeIfPresent(flights, forKey: .flights)
      try fields.encodeIfPresent(maximum, forKey: .maximum)
    case .rest(let pause):
      try fields.encode("rest", forKey: .do)
      try fields.encode(pause, forKey: .pause)
    case .unlessTLS(let script):
      try fields.encode("unless_tls", forKey: .do)
      try fields.encode(script, forKey: .script)
    case .scram(let part):
      try fields.encode("scram", forKey: .do)
      try fields.encode(part, forKey: .part)
      try fields.encode(Account.password, forKey: .password)
    case .stall: try fields.encode("stall", forKey: .do)
    case .close: try fields.encode("close", forKey: .do)
    case .goodbye: try fields.encode("goodbye", forKey: .do)
    case .reset: try fields.encode("reset", forKey: .do)
    }
  }
}

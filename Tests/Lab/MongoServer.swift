import Foundation

/// What a fake of MongoDB's server is like. Tests that describe the same server share it.
public struct MongoServer: Hashable, Encodable, Sendable {
  /// What a server is in its deployment.
  public enum Role: String, Encodable, Sendable {
    case standalone, primary, secondary, arbiter, recovering, mongos
    /// A member of a replica set that nobody has initiated.
    case uninitialised
  }

  /// An error that a command brings.
  public struct Failure: Hashable, Encodable, Sendable {
    /// The number, the name and the text that a real server has for it.
    public var code: Int
    public var name: String
    public var text: String
    /// The option of the command that brings it; nil: the command by itself.
    public var option: String?

    public init(_ code: Int, _ name: String, _ text: String, option: String? = nil) {
      (self.code, self.name, self.text, self.option) = (code, name, text, option)
    }
  }

  /// How a server goes wrong at some place of the conversation.
  public enum Fault: String, Encodable, Sendable {
    /// It says nothing more; it closes the connection, or breaks it.
    case stall, close, reset
    /// It says half of what it should, and then nothing; or all of it, a byte at a time, in 20 ms each.
    case half, dribble
    /// It says what is no message; announces 47 MB and sends zeros; answers as a web server.
    case garbage, huge, web
    /// It thinks for 0.3 s.
    case slow
  }

  /// How a message is none that answers the question.
  public enum Framing: String, Encodable, Sendable {
    /// It comes more than once; with the number of another question; as OP_REPLY instead of OP_MSG, or the other way
    /// round.
    case twice, thrice, anotherNumber, anotherForm
    /// It has 2 MiB more than it should; it names 300 000 databases.
    case long, many
  }

  /// How its half of SCRAM is wrong.
  public enum ScramFault: String, Encodable, Sendable {
    case fewRounds, unproven, forged
  }

  /// The name of its certificate among the PKI's; nil: it has no TLS. With one it takes plain connections too
  /// (`net.tls.mode: preferTLS`), unless `requireTLS` is set.
  public var certificate: String?
  public var requireTLS = false
  /// The file of the PKI whose CAs may sign client certificates; nil: it does not ask for any.
  public var clientCA: String?
  /// Whether it ends handshakes without a client certificate.
  public var demandsClient = false
  /// The only version that it takes: `1.1`, `1.2` or `1.3`; nil: 1.2 and 1.3.
  public var tlsVersion: String?
  /// Whether commands need a login (`security.authorization`).
  public var authorization = true
  public var mechanisms = ["SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509"]
  public var role = Role.standalone
  public var setName = "rs0"
  /// The host that it gives as its own; the members of its set, `host:port` (empty: it alone), and their primary.
  public var name = "localhost"
  public var members: [String] = []
  public var primary: String?
  public var minimumWire = 0
  public var maximumWire = 17
  public var version = "6.0.14"
  /// Further fields of buildInfo's answer.
  public var buildInfo: [String: String] = [:]
  /// Errors by command: `hello`, `saslStart`, `saslContinue`, `authenticate`, `connectionStatus`, `listDatabases`,
  /// `buildInfo`.
  public var failing: [String: Failure] = [:]
  /// Faults by place: `connect`, `tls`, or a command.
  public var faults: [String: Fault] = [:]
  /// Fields that its answers have instead of what they should, by command: a JSON object each.
  public var overrides: [String: String] = [:]
  public var framing: [String: Framing] = [:]
  public var scram: ScramFault?
  /// What is wrong with all of its answers is drawn by lot, from this number.
  public var seed: Int?
  public var listen = ["127.0.0.1", "::1"]
  /// The port that it has to have; nil: any.
  public var port: Int?
  /// Tells apart servers that are otherwise the same.
  public var label = ""

  public init(certificate: String? = nil) { self.certificate = certificate }

  /// It has no TLS.
  public static let plain = MongoServer()
  /// It takes everybody, with TLS and without.
  public static let optional = MongoServer(certificate: "good")
  /// It takes TLS only, and closes other connections.
  public static let requiresTLS = optional.with(\.requireTLS, true)
  /// It looks at client certificates, if there are any.
  public static let mutual = optional.with(\.clientCA, "ca.pem")
  /// It needs no login.
  public static let open = optional.with(\.authorization, false)

  /// It takes everybody, with TLS and without, and has that certificate.
  public static func with(_ certificate: String) -> MongoServer { MongoServer(certificate: certificate) }

  /// The same server with something else about it.
  public func with<Value>(_ path: WritableKeyPath<MongoServer, Value>, _ value: Value) -> MongoServer {
    var server = self
    server[keyPath: path] = value
    return server
  }

  /// The same server with a fault.
  public func with(_ fault: Fault, at place: String) -> MongoServer {
    var server = self
    server.faults[place] = fault
    return server
  }

  /// The same server with an error.
  public func failing(_ command: String, _ failure: Failure) -> MongoServer {
    var server = self
    server.failing[command] = failure
    return server
  }

  /// The same server with other fields in an answer.
  public func answering(_ command: String, _ json: String) -> MongoServer {
    var server = self
    server.overrides[command] = json
    return server
  }

  /// The same server with a message that is no answer.
  public func framing(_ command: String, _ framing: Framing) -> MongoServer {
    var server = self
    server.framing[command] = framing
    return server
  }

  /// A server like this that no other test shares.
  public func own(_ name: String) -> MongoServer { with(\.label, name) }
}

/// A fake that was started.
public struct RunningMongo: Decodable, Sendable {
  /// What one connection has said so far.
  public struct Heard: Decodable, Sendable {
    /// Hexadecimal: what came in clear, and inside TLS.
    private let plain: String
    private let inner: String
    /// The names of the commands, in their order.
    public let commands: [String]

    /// Whether a text was said, inside TLS or in clear.
    public func contains(_ text: String) -> Bool { (plain + inner).contains(Self.digits(text)) }

    /// Whether a text was said in clear.
    public func saidInClear(_ text: String) -> Bool { plain.contains(Self.digits(text)) }

    /// Whether something came in which a login begins or is proven.
    public var holdsLogin: Bool { contains("sasl") || contains("authenticate") || contains("mechanism") }

    private static func digits(_ text: String) -> String {
      text.utf8.map { String(format: "%02x", $0) }.joined()
    }
  }

  private let key: Int
  /// On the addresses that it listens on.
  public let port: Int

  /// What each connection has said so far, in their order.
  public func heard() throws -> [Heard] { try Lab.heard(key, as: Heard.self) }
}

/// The users of every fake of MongoDB's server; those whose password is not told here have `Account.password`.
public enum MongoAccount {
  /// Is made in `admin`; sees all databases.
  public static let user = Account.user
  /// Has a name and a password that are hard on every kind of quoting.
  public static let hard = "a:b/c@d%e?"
  public static let hardPassword = "p:w/o@r%d?&=#[]\u{fc}\u{20ac}'\"\\"
  /// Logs in by SCRAM-SHA-1 only.
  public static let old = "old"
  /// Sees no database.
  public static let poor = "poor"
  /// Is made in `appdb`.
  public static let local = "local"
  /// Logs in by PLAIN, from `$external`.
  public static let directory = "directory"
}

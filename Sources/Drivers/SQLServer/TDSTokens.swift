internal import ConnectCore

/// The tokens of an answer to a login (MS-TDS section 2.2.7), as far as anything is decided by them.
struct TDSTokens: Equatable {
  /// ERROR tokens (section 2.2.7.10).
  var errors: [TDSServerMessage] = []
  /// Whether LOGINACK is among them: the login was accepted.
  var isAccepted = false
  /// ENVCHANGE of type 20: another server that the client has to log in to instead.
  var routing: HostPort?
  /// Whether it ends with a DONE behind which nothing follows: db-lib reads on until there is one.
  var isComplete = false
  /// Whether it asks for another step of the login (SSPI), and says nothing else.
  var continuesLogin = false

  private enum Token {
    static let error: UInt8 = 0xAA
    static let environmentChange: UInt8 = 0xE3
    static let featureAcknowledgement: UInt8 = 0xAE
    static let loginAcknowledgement: UInt8 = 0xAD
    /// INFO, SSPI, FEDAUTHINFO and SESSIONSTATE: a length, in as many bytes, and nothing that matters here.
    static let skipped: [UInt8: Int] = [0xAB: 2, 0xED: 2, 0xEE: 4, 0xE4: 4]
    /// DONE, DONEPROC and DONEINPROC: 12 bytes from TDS 7.2 on.
    static let done: Set<UInt8> = [0xFD, 0xFE, 0xFF]
    static let doneLength = 12
    static let endOfFeatures: UInt8 = 0xFF
  }

  /// Reads a whole message; nil: it is not what answers a login. Nothing in it may be left unread, since db-lib
  /// would follow a redirection by itself, without TLS.
  init?(_ data: [UInt8]) {
    guard !data.isEmpty else { return nil }
    var reader = TDSReader(data)
    while let token = reader.byte() {
      isComplete = false
      switch token {
      case Token.error:
        guard let part = reader.part(lengthBytes: 2), let message = TDSServerMessage(part) else { return nil }
        errors.append(message)
      case Token.loginAcknowledgement:
        // Interface, then the version, its highest byte first: before 7.2 a DONE is shorter (section 2.2.7.6).
        guard let part = reader.part(lengthBytes: 2), part.count >= 5, part[1] >= 0x72 else { return nil }
        isAccepted = true
      case Token.environmentChange:
        guard let part = reader.part(lengthBytes: 2), takeEnvironmentChange(part) else { return nil }
      case Token.featureAcknowledgement:
        guard Self.skipFeatures(&reader) else { return nil }
      case _ where Token.done.contains(token):
        guard let done = reader.bytes(Token.doneLength) else { return nil }
        // DONE_MORE.
        isComplete = token == 0xFD && done[0] & 1 == 0
        continue
      default:
        guard let size = Token.skipped[token], reader.part(lengthBytes: size) != nil else { return nil }
        continuesLogin = token == 0xED
      }
    }
    continuesLogin = continuesLogin && !isAccepted && errors.isEmpty && routing == nil
  }

  private mutating func takeEnvironmentChange(_ part: [UInt8]) -> Bool {
    var reader = TDSReader(part)
    guard let kind = reader.byte() else { return false }
    guard kind == 20 else { return true }
    // Section 2.2.7.9: the length, protocol 0 (TCP), the port, and the server with its length in characters.
    guard reader.number(2) != nil, reader.byte() == 0, let port = reader.number(2), port > 0,
      let length = reader.number(2), let server = reader.text(characters: length), !server.isEmpty
    else { return false }
    routing = HostPort(host: server, port: UInt16(port))
    return true
  }

  private static func skipFeatures(_ reader: inout TDSReader) -> Bool {
    while let feature = reader.byte() {
      if feature == Token.endOfFeatures { return true }
      guard reader.part(lengthBytes: 4) != nil else { return false }
    }
    return false
  }
}

/// An error or a message of the server's, as ERROR tokens and db-lib's handler tell it.
struct TDSServerMessage: Equatable, Sendable {
  var number: Int
  var state: Int
  /// The class; up to 10 it is information.
  var severity: Int
  var text: String
  var server: String

  init(number: Int, state: Int, severity: Int, text: String, server: String) {
    self.number = number
    self.state = state
    self.severity = severity
    self.text = text
    self.server = server
  }

  /// Reads an ERROR token without its first byte and length.
  init?(_ part: [UInt8]) {
    var reader = TDSReader(part)
    guard let number = reader.number(4), let state = reader.byte(), let severity = reader.byte(),
      let length = reader.number(2), let text = reader.text(characters: length),
      let serverLength = reader.byte(), let server = reader.text(characters: Int(serverLength))
    else { return nil }
    self.init(
      number: Int(Int32(truncatingIfNeeded: number)), state: Int(state), severity: Int(severity), text: text,
      server: server)
  }
}

/// Reads little-endian numbers and UTF-16 texts.
struct TDSReader {
  private var rest: ArraySlice<UInt8>

  init(_ data: [UInt8]) { rest = data[...] }

  mutating func byte() -> UInt8? { rest.popFirst() }

  mutating func bytes(_ count: Int) -> [UInt8]? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func number(_ size: Int) -> Int? {
    bytes(size)?.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  mutating func text(characters: Int) -> String? {
    guard let bytes = bytes(characters * 2) else { return nil }
    let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
    return String(decoding: units, as: UTF16.self)
  }

  /// What a length of so many bytes says that follows.
  mutating func part(lengthBytes: Int) -> [UInt8]? {
    guard let length = number(lengthBytes) else { return nil }
    return bytes(length)
  }
}

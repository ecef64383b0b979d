internal import ConnectCore
internal import Transport

/// The one connection to the server: PRELOGIN has been answered, and TLS is up where the pass asks for it.
final class TDSUpstream {
  let address: SocketAddress
  /// What the server answered to PRELOGIN.
  let prelogin: PreloginMessage
  private let socket: PlainSocket
  private let tunnel: TLSTunnel?

  var descriptor: Int32 { socket.descriptor }
  var isEncrypted: Bool { tunnel != nil }

  /// Speaks PRELOGIN, and shakes hands if the answer lets it. `tlsGuard` is there for an encrypted pass.
  ///
  /// - Throws: how it failed, at the stage `tls` for an encrypted pass and `auth` for a plain one, which has none.
  init(
    over socket: PlainSocket, to address: SocketAddress, _ pass: SQLServerSSLPolicy.Pass,
    guard tlsGuard: TLSGuard?,
    question: SQLServerQuestion?, deadline: Deadline
  ) throws(ConnectionFailure) {
    let stage: ConnectionStage = pass == .encrypted ? .tls : .auth
    self.socket = socket
    self.address = address
    prelogin = try Self.ask(socket, pass, stage, question, deadline)
    let answer = prelogin.encryption ?? PreloginMessage.Encryption.notSupported
    switch SQLServerSSLPolicy.decision(pass, answer: answer) {
    case .fail(let event): throw ConnectionFailure(stage: stage, event: event)
    case .goOnInPlain: tunnel = nil
    case .encrypt:
      guard let tlsGuard else { throw ConnectionFailure(stage: stage, event: .unguardedTLS) }
      let framing = PreloginFraming(over: socket)
      do throws(StreamFailure) {
        // SQL Server up to 2012 takes the login's packet in one record only.
        tunnel = try TLSTunnel(over: framing, guard: tlsGuard, splitsRecords: false, deadline: deadline)
      } catch {
        throw ConnectionFailure(stage: stage, event: error.event, error: error.error)
      }
      framing.endHandshake()
    }
  }

  /// Sends PRELOGIN and reads the answer; where none comes, `question` asks who it is that listens.
  private static func ask(
    _ socket: PlainSocket, _ pass: SQLServerSSLPolicy.Pass, _ stage: ConnectionStage,
    _ question: SQLServerQuestion?, _ deadline: Deadline
  ) throws(ConnectionFailure) -> PreloginMessage {
    func failed(
      _ event: FailureEvent, _ error: ServerError? = nil, _ answer: ServerAnswer? = nil
    ) -> ConnectionFailure {
      ConnectionFailure(stage: stage, event: event, error: error, answers: answer.map { [$0] } ?? [])
    }
    do throws(StreamFailure) {
      let hello = PreloginMessage(encryption: pass.encryption)
      try socket.write(TDSPacket.message(TDSPacket.Kind.prelogin, hello.data), deadline: deadline)
    } catch {
      throw failed(error.event, error.error)
    }
    var mayAsk = question != nil
    func listener() -> ServerAnswer? {
      defer { mayAsk = false }
      return mayAsk ? question?.listener() : nil
    }
    // The first connection is kept while the question is put: an answer that comes meanwhile counts.
    let patience = deadline.earlier(by: deadline.reserve)
    if mayAsk, wait(for: Int16(POLLIN), on: socket.descriptor, until: patience) == 0, let answer = listener()
    {
      throw failed(.timedOut, nil, answer)
    }
    var bytes: [UInt8] = []
    while true {
      switch PreloginAnswer(bytes) {
      case .prelogin(let message): return message
      case .errors(let error): throw failed(.serverReported, error)
      case .foreign:
        let answer = ForeignAnswer(recognising: bytes)
        throw failed(.foreignAnswer(answer), nil, answer.protocolName == "TLS" ? listener() : nil)
      case .incomplete: break
      }
      do throws(StreamFailure) {
        bytes += try socket.read(atMost: TDSPacket.longest, deadline: deadline)
      } catch {
        // What closes the connection without a word may want another kind of hello.
        let isEnd = error.event == .closed || error.event.isReset
        throw failed(error.event, error.error, isEnd && bytes.isEmpty ? listener() : nil)
      }
    }
  }

  func write(_ bytes: [UInt8], deadline: Deadline) throws(StreamFailure) {
    if let tunnel {
      try tunnel.write(bytes, deadline: deadline)
    } else {
      try socket.write(bytes, deadline: deadline)
    }
  }

  /// What has come since the descriptor was readable; may be empty, where it was TLS's own business.
  func readReady(deadline: Deadline) throws(StreamFailure) -> [UInt8] {
    if let tunnel { return try tunnel.readReady(deadline: deadline) }
    return try socket.read(atMost: TDSPacket.longest, deadline: deadline)
  }

  func close() { socket.abandon() }
}

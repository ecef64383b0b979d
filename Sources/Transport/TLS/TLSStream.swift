import COpenSSL
package import ConnectCore

/// TLS over a socket of ours, as a client. It takes the socket over.
package final class TLSStream: ByteStream {
  private let socket: PlainSocket
  private let tlsGuard: TLSGuard
  private let ssl: OpaquePointer

  /// What to do once if the other side has said nothing yet; true gives the handshake up.
  private var stall: (patience: Deadline, givesUp: () -> Bool)?

  /// Shakes hands.
  ///
  /// `givesUp` is called once if nothing has come back by the time of `patience`.
  /// - Parameter applicationProtocols: what is offered by ALPN (RFC 7301); nothing if it is empty.
  /// - Throws: what ended the handshake; the guard's report tells the rest.
  package init(
    over socket: PlainSocket, guard tlsGuard: TLSGuard, applicationProtocols: [String] = [],
    deadline: Deadline, patience: Deadline? = nil,
    givesUp: @escaping () -> Bool = { false }
  ) throws(StreamFailure) {
    let made = try tlsGuard.makeClient(applicationProtocols: applicationProtocols)
    guard SSL_set_fd(made, socket.descriptor) == 1 else {
      SSL_free(made)
      throw StreamFailure(.tlsFailed(reason: OpenSSLErrors.drain()))
    }
    self.socket = socket
    self.tlsGuard = tlsGuard
    ssl = made
    stall = patience.map { ($0, givesUp) }
    defer { stall = nil }
    try repeatedly(until: deadline) { SSL_connect(ssl) }
    guard tlsGuard.acceptsCredentials else { throw StreamFailure(.unguardedTLS) }
  }

  deinit { SSL_free(ssl) }

  /// What the server chose of the protocols that were offered; nil: none.
  package var applicationProtocol: String? { TLSGuard.applicationProtocol(of: ssl) }

  package func write(_ bytes: [UInt8], deadline: Deadline) throws(StreamFailure) {
    guard !bytes.isEmpty else { return }
    try repeatedly(until: deadline) { SSL_write(ssl, bytes, Int32(bytes.count)) }
  }

  package func read(atMost limit: Int, deadline: Deadline) throws(StreamFailure) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = try repeatedly(until: deadline) { SSL_read(ssl, &buffer, Int32(limit)) }
    return Array(buffer[..<Int(count)])
  }

  /// Calls an OpenSSL function until it is through, waiting for the socket in between.
  @discardableResult
  private func repeatedly(until deadline: Deadline, _ operation: () -> Int32) throws(StreamFailure) -> Int32 {
    while true {
      ERR_clear_error()
      errno = 0
      let result = operation()
      if result > 0 { return result }
      let code = errno
      switch SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ: try pause(Int16(POLLIN), deadline)
      case SSL_ERROR_WANT_WRITE: try pause(Int16(POLLOUT), deadline)
      case SSL_ERROR_ZERO_RETURN: throw StreamFailure(.closed)
      case SSL_ERROR_SYSCALL: throw failure(errno: code)
      default: throw failure(reason: OpenSSLErrors.drain())
      }
    }
  }

  private func pause(_ events: Int16, _ deadline: Deadline) throws(StreamFailure) {
    if let stall, !tlsGuard.serverSpokeTLS {
      guard wait(for: events, on: socket.descriptor, until: stall.patience) == 0 else { return }
      self.stall = nil
      if stall.givesUp() { throw StreamFailure(.timedOut) }
    }
    guard wait(for: events, on: socket.descriptor, until: deadline) != 0 else {
      throw StreamFailure(.timedOut)
    }
  }

  private func failure(reason: String) -> StreamFailure {
    StreamFailure(
      tlsGuard.failureEvent(reason: reason) ?? .tlsFailed(reason: reason),
      error: ServerError(text: reason, origin: .library("OpenSSL")))
  }

  private func failure(errno code: Int32) -> StreamFailure {
    tlsGuard.readPendingAlert()
    let words = OpenSSLErrors.drain()
    if let alert = tlsGuard.alerts.last(where: { $0.received }) {
      return StreamFailure(.alert(alert), error: ServerError(text: words, origin: .library("OpenSSL")))
    }
    guard code != 0 else { return StreamFailure(.closed) }
    return StreamFailure(
      .socket(code), error: ServerError(text: systemErrorText(code), origin: .library("system")))
  }
}

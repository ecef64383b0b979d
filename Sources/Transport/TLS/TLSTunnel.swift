import COpenSSL
package import ConnectCore

/// TLS over any stream, as a client: for protocols that wrap the handshake in packets of their own, or carry it
/// inside of something else. (`TLSStream` reads from a socket by itself.)
package final class TLSTunnel: ByteStream {
  private let lower: any ByteStream
  private let tlsGuard: TLSGuard
  private let ssl: OpaquePointer
  /// What has come for OpenSSL, and what it wants to send: BIOs in memory, which the SSL owns.
  private let incoming: OpaquePointer
  private let outgoing: OpaquePointer

  /// The longest TLS record (RFC 5246 section 6.2.3) and its header.
  private static let mostAtOnce = 18_432 + 5

  /// Shakes hands.
  ///
  /// - Parameters:
  ///   - applicationProtocols: what is offered by ALPN (RFC 7301); nothing if it is empty.
  ///   - splitsRecords: whether CBC records of TLS 1.0 are split against the attack on their initialisation vectors,
  ///     as OpenSSL does unless told otherwise; some old servers break on it.
  /// - Throws: what ended the handshake; the guard's report tells the rest.
  package init(
    over lower: any ByteStream, guard tlsGuard: TLSGuard, applicationProtocols: [String] = [],
    splitsRecords: Bool = true,
    deadline: Deadline
  ) throws(StreamFailure) {
    let made = try tlsGuard.makeClient(applicationProtocols: applicationProtocols)
    guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
      SSL_free(made)
      throw StreamFailure(.tlsFailed(reason: OpenSSLErrors.drain()))
    }
    SSL_set_bio(made, incoming, outgoing)
    // SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS, a macro that does not import into Swift.
    if !splitsRecords { SSL_set_options(made, 1 << 11) }
    self.lower = lower
    self.tlsGuard = tlsGuard
    self.incoming = incoming
    self.outgoing = outgoing
    ssl = made
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

  /// What one look at the lower stream brings; empty where that was TLS's own business, or a part of a record.
  package func readReady(deadline: Deadline) throws(StreamFailure) -> [UInt8] {
    try take(deadline)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16_384)
    while true {
      ERR_clear_error()
      let count = SSL_read(ssl, &buffer, Int32(buffer.count))
      if count > 0 {
        bytes += buffer[..<Int(count)]
        continue
      }
      let code = SSL_get_error(ssl, count)
      if code == SSL_ERROR_WANT_READ {
        try flush(deadline)
        return bytes
      }
      // What came before the end is told first; the end is found again by the next look.
      guard bytes.isEmpty else { return bytes }
      if code == SSL_ERROR_ZERO_RETURN { throw StreamFailure(.closed) }
      throw failure(reason: OpenSSLErrors.drain())
    }
  }

  /// Calls an OpenSSL function until it is through, moving bytes in between.
  @discardableResult
  private func repeatedly(until deadline: Deadline, _ operation: () -> Int32) throws(StreamFailure) -> Int32 {
    while true {
      ERR_clear_error()
      let result = operation()
      let code = result > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl, result)
      let reason = code == SSL_ERROR_SSL ? OpenSSLErrors.drain() : nil
      // An alert of ours goes out even though the handshake has failed; that it cannot is no other failure.
      if let reason {
        try? flush(deadline)
        throw failure(reason: reason)
      }
      try flush(deadline)
      switch code {
      case SSL_ERROR_NONE: return result
      case SSL_ERROR_WANT_READ: try take(deadline)
      case SSL_ERROR_WANT_WRITE: break
      case SSL_ERROR_ZERO_RETURN: throw StreamFailure(.closed)
      default: throw failure(reason: OpenSSLErrors.drain())
      }
    }
  }

  /// Gives OpenSSL what has come.
  private func take(_ deadline: Deadline) throws(StreamFailure) {
    let bytes = try lower.read(atMost: Self.mostAtOnce, deadline: deadline)
    guard BIO_write(incoming, bytes, Int32(bytes.count)) == Int32(bytes.count) else {
      throw StreamFailure(.tlsFailed(reason: OpenSSLErrors.drain()))
    }
  }

  /// Sends what OpenSSL wants to send.
  private func flush(_ deadline: Deadline) throws(StreamFailure) {
    var buffer = [UInt8](repeating: 0, count: Self.mostAtOnce)
    var bytes: [UInt8] = []
    while case let count = BIO_read(outgoing, &buffer, Int32(buffer.count)), count > 0 {
      bytes += buffer[..<Int(count)]
    }
    guard !bytes.isEmpty else { return }
    do throws(StreamFailure) {
      try lower.write(bytes, deadline: deadline)
    } catch {
      throw lastAlert() ?? error
    }
  }

  /// After a failed write the server's last alert may still wait to be read (TLS 1.3 says why a client certificate
  /// was refused only after the client's handshake has succeeded).
  private func lastAlert() -> StreamFailure? {
    guard tlsGuard.alerts.isEmpty, (try? take(Deadline(seconds: 0))) != nil else { return nil }
    var byte: UInt8 = 0
    _ = SSL_read(ssl, &byte, 1)
    let words = OpenSSLErrors.drain()
    return tlsGuard.alerts.last { $0.received }.map {
      StreamFailure(.alert($0), error: ServerError(text: words, origin: .library("OpenSSL")))
    }
  }

  private func failure(reason: String) -> StreamFailure {
    StreamFailure(
      tlsGuard.failureEvent(reason: reason) ?? .tlsFailed(reason: reason),
      error: ServerError(text: reason, origin: .library("OpenSSL")))
  }
}

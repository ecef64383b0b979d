package import ConnectCore

extension DirectConnection {
  /// Writes all bytes. A server that has spoken and hung up takes none, and what it said is there to be read then.
  package func write(_ bytes: [UInt8]) throws(ConnectionFailure) {
    guard maySpeak else { throw failure(.unguardedTLS) }
    try keepDeadline()
    do throws(StreamFailure) {
      guard let stream else { throw StreamFailure(.closed) }
      try stream.write(bytes, deadline: deadline)
    } catch {
      guard case .reset = error.event, unread.isEmpty, let stream,
        let last = try? stream.read(atMost: 16_384, deadline: Deadline(seconds: 0))
      else { throw complete(error) }
      unread = last
    }
  }

  /// Reads what is there, at least one byte, at most `limit`.
  package func read(atMost limit: Int = 16_384) throws(ConnectionFailure) -> [UInt8] {
    try keepDeadline()
    if !unread.isEmpty {
      heard = true
      defer { unread.removeFirst(min(limit, unread.count)) }
      return Array(unread.prefix(limit))
    }
    do throws(StreamFailure) {
      guard let stream else { throw StreamFailure(.closed) }
      let bytes = try readPatiently(from: stream, limit)
      heard = true
      return bytes
    } catch {
      throw complete(error)
    }
  }

  /// Who sends without end never makes a read wait.
  private func keepDeadline() throws(ConnectionFailure) {
    if deadline.hasPassed { throw complete(StreamFailure(.timedOut)) }
  }

  /// Reads exactly `count` bytes.
  package func read(exactly count: Int) throws(ConnectionFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count { bytes += try read(atMost: count - bytes.count) }
    return bytes
  }

  /// While a plain connection has brought nothing, the last of the time is kept for the question who it is.
  private func readPatiently(from stream: any ByteStream, _ limit: Int) throws(StreamFailure) -> [UInt8] {
    guard tlsGuard == nil, !heard, mayAsk, let address, !host.isUnixSocket else {
      return try stream.read(atMost: limit, deadline: deadline)
    }
    do throws(StreamFailure) {
      return try stream.read(atMost: limit, deadline: patience)
    } catch {
      guard error.event == .timedOut else { throw error }
      mayAsk = false
      if let answer = listener(at: address) { throw StreamFailure(.timedOut, answer: answer) }
      return try stream.read(atMost: limit, deadline: deadline)
    }
  }

  /// The failure with its stage, and with what the server answers to a question about it.
  private func complete(_ failure: StreamFailure) -> ConnectionFailure {
    var complete = self.failure(failure.event, failure.error, answers: failure.answer.map { [$0] } ?? [])
    if case .alert(let alert) = failure.event, alert.received, !heard { complete.stage = .tls }
    guard tlsGuard == nil, !heard, mayAsk, let address, !host.isUnixSocket else { return complete }
    switch failure.event {
    case .closed, .reset:
      mayAsk = false
      return complete.adding(listener(at: address))
    default:
      return complete
    }
  }

  // MARK: Questions

  /// The engine's harmless message in plain text, to a server that did not react to TLS.
  func answerInPlain() -> ServerAnswer? {
    guard mayAsk, let address else { return nil }
    mayAsk = false
    return question(to: address)?.inPlain(engine)
  }

  private func listener(at address: SocketAddress) -> ServerAnswer? {
    question(to: address)?.listener(of: engine)
  }

  private func question(to address: SocketAddress) -> DirectQuestion? {
    TLSPolicy.unverified(for: target, host: host.host).map {
      DirectQuestion(address: address, policy: $0, deadline: deadline)
    }
  }
}

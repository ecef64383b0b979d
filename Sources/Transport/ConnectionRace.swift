package import ConnectCore

/// A connection that is being made, without blocking.
package protocol PendingConnection: AnyObject {
  /// The socket to poll; negative when there is none (any more).
  var descriptor: Int32 { get }
  /// Looks how it stands. Called at the start and whenever the socket is ready.
  func advance() -> PendingState
  /// Gives the connection up and frees what it holds.
  func abandon()
}

/// How a pending connection stands.
package enum PendingState {
  /// Not decided; wait for POLLIN or POLLOUT on the descriptor.
  case pending(events: Int16)
  case connected
  case failed(FailureEvent, ServerError?)
}

/// Connects to the first of several addresses that answers (RFC 8305 section 5, "Happy Eyeballs").
///
/// A next address is tried when the ones before it have failed, or have not answered for a while; none is
/// given up before the deadline or before another has won.
package struct ConnectionRace<Connection: PendingConnection> {
  /// How an address fared.
  package struct Entry {
    package let address: SocketAddress
    /// nil: it won.
    package let failure: ConnectionFailure?
    package let milliseconds: Double
  }

  package struct Result {
    /// nil: none answered.
    package let winner: (address: SocketAddress, connection: Connection)?
    /// What became of each address that was tried, in the order of trying.
    package let entries: [Entry]

    /// The failure that stands for all: of the address that came furthest, the first of several.
    package var failure: ConnectionFailure {
      let failures = entries.compactMap(\.failure)
      return failures.max { ConnectionRace.weight($0.event) < ConnectionRace.weight($1.event) }
        ?? ConnectionFailure(stage: .connect, event: .timedOut)
    }
  }

  /// RFC 8305 section 8: the Connection Attempt Delay, 250 ms recommended.
  static var attemptDelay: Duration { .milliseconds(250) }

  private struct Contender {
    let address: SocketAddress
    let connection: Connection
    let begun: ContinuousClock.Instant
    var events: Int16 = Int16(POLLOUT)
  }

  package static func run(
    _ addresses: [SocketAddress], deadline: Deadline, begin: (SocketAddress) -> Connection
  ) -> Result {
    var waiting = addresses[...]
    var running: [Contender] = []
    var entries: [Entry] = []
    var nextStart = ContinuousClock.now

    func finish(_ contender: Contender, _ failure: ConnectionFailure?) {
      entries.append(
        Entry(
          address: contender.address, failure: failure,
          milliseconds: contender.begun.duration(to: .now).milliseconds))
    }

    /// Whether this contender has won; a failed one is dropped.
    func settle(_ index: Int) -> Contender? {
      switch running[index].connection.advance() {
      case .pending(let events):
        running[index].events = events
        return nil
      case .connected:
        return running.remove(at: index)
      case .failed(let event, let error):
        let contender = running.remove(at: index)
        finish(contender, ConnectionFailure(stage: .connect, event: event, error: error))
        contender.connection.abandon()
        nextStart = .now
        return nil
      }
    }

    func giveUpOthers() {
      for contender in running {
        finish(contender, ConnectionFailure(stage: .connect, event: .timedOut))
        contender.connection.abandon()
      }
    }

    while !(waiting.isEmpty && running.isEmpty), !deadline.hasPassed {
      if let address = waiting.first, running.isEmpty || ContinuousClock.now >= nextStart {
        waiting.removeFirst()
        running.append(Contender(address: address, connection: begin(address), begun: .now))
        nextStart = .now + min(attemptDelay, deadline.remaining / (waiting.count + 2))
        if let winner = settle(running.count - 1) {
          giveUpOthers()
          finish(winner, nil)
          return Result(winner: (winner.address, winner.connection), entries: entries)
        }
        continue
      }
      let pause = waiting.isEmpty ? deadline : Deadline(instant: min(nextStart, deadline.instant))
      var polled = running.map { pollfd(fd: $0.connection.descriptor, events: $0.events, revents: 0) }
      guard poll(&polled, nfds_t(polled.count), pause.pollMilliseconds) > 0 else { continue }
      for index in polled.indices.reversed() where polled[index].revents != 0 {
        if let winner = settle(index) {
          giveUpOthers()
          finish(winner, nil)
          return Result(winner: (winner.address, winner.connection), entries: entries)
        }
      }
    }
    giveUpOthers()
    return Result(winner: nil, entries: entries)
  }

  private static func weight(_ event: FailureEvent) -> Int {
    switch event {
    case .unreachable: 0
    case .timedOut: 1
    case .refused: 2
    default: 3
    }
  }
}

package import ConnectCore

/// An engine whose port either speaks TLS from the first byte or does not know it: what the shared test of such a
/// host needs to know of it.
package protocol DirectEngine: Sendable {
  /// The engine for one host, where something is remembered from one connection to the next.
  func forHost() -> Self

  /// The login and what proves the session, over a connection that may be trusted with the credentials.
  func converse(over connection: DirectConnection) throws(ConnectionFailure) -> Session

  /// Sends a message that needs no login and changes nothing, and reads as much of the answer as tells whether it is
  /// one of the engine's. It is sent where nobody can be trusted, so it holds no name and no secret.
  func greet(over stream: any ByteStream, deadline: Deadline) throws(StreamFailure) -> DirectGreeting

  /// What is offered by ALPN (RFC 7301) in the handshake, the preferred one first; nothing if it is empty.
  var applicationProtocols: [String] { get }

  /// The protocol that the engine's own is carried by, as `ForeignAnswer` names it (`HTTP`): who answers TLS in it may
  /// be the engine's server without TLS. nil: none but its own.
  var carrier: String? { get }

  /// Whether to connect to the same host once more, since the engine will talk to it in another way then. It is asked
  /// after every failure, one to connect at all included, so it has to come to an end by itself.
  func triesAgain(after failure: ConnectionFailure) -> Bool

  /// What the host's last failure amounts to, where others came before it.
  func settled(_ failure: ConnectionFailure) -> ConnectionFailure

  /// Whether the next host has its turn although this one has answered.
  func triesNextHost(after failure: ConnectionFailure) -> Bool
}

extension DirectEngine {
  package var applicationProtocols: [String] { [] }
  package func forHost() -> Self { self }
  package var carrier: String? { nil }
  package func triesAgain(after failure: ConnectionFailure) -> Bool { false }
  package func settled(_ failure: ConnectionFailure) -> ConnectionFailure { failure }
  package func triesNextHost(after failure: ConnectionFailure) -> Bool { false }
}

/// What answered an engine's harmless message.
package enum DirectGreeting: Sendable {
  /// A server of the engine's, whatever it said.
  case engine
  case foreign(ForeignAnswer)
}

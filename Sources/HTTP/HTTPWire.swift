package import ConnectCore
package import Transport

/// The connection that HTTP goes over, as the client sees it: every wait ends with its deadline.
package protocol HTTPWire {
  associatedtype Failure: Error
  /// Whom the request is for: the Host header's value.
  var authority: String { get }
  var deadline: Deadline { get }
  /// Writes all bytes, or throws.
  func send(_ bytes: [UInt8]) throws(Failure)
  /// Reads what is there, at least one byte, or throws.
  func receive() throws(Failure) -> [UInt8]
  /// Whether the failure is the other side's end of the connection, which HTTP/1.1 may end an answer by.
  func isEnd(_ failure: Failure) -> Bool
  func failure(_ event: FailureEvent, _ error: ServerError?) -> Failure
}

extension DirectConnection: HTTPWire {
  package var authority: String {
    let name = host.host.contains(":") ? "[\(host.host)]" : host.host
    return "\(name):\(host.port)"
  }

  package func send(_ bytes: [UInt8]) throws(ConnectionFailure) { try write(bytes) }
  package func receive() throws(ConnectionFailure) -> [UInt8] { try read() }
  package func isEnd(_ failure: ConnectionFailure) -> Bool { failure.event == .closed }
  package func failure(_ event: FailureEvent, _ error: ServerError?) -> ConnectionFailure {
    failure(event, error, answers: [])
  }
}

/// A question's connection: whoever answers is not asked in anybody's name.
package struct QuestionWire: HTTPWire {
  private let stream: any ByteStream
  package let deadline: Deadline

  package init(_ stream: any ByteStream, deadline: Deadline) {
    self.stream = stream
    self.deadline = deadline
  }

  package var authority: String { "localhost" }
  package func send(_ bytes: [UInt8]) throws(StreamFailure) { try stream.write(bytes, deadline: deadline) }
  package func receive() throws(StreamFailure) -> [UInt8] {
    try stream.read(atMost: 16_384, deadline: deadline)
  }
  package func isEnd(_ failure: StreamFailure) -> Bool { failure.event == .closed }
  package func failure(_ event: FailureEvent, _ error: ServerError?) -> StreamFailure {
    StreamFailure(event, error: error)
  }
}

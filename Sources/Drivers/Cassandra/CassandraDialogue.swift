internal import ConnectCore
internal import Transport

/// Requests and their answers over one connection, one at a time.
final class CassandraDialogue {
  /// An ERROR message, and the version of the protocol that it came in.
  struct Refusal {
    let code: Int
    let text: String
    let version: UInt8
  }

  let version: UInt8
  private(set) var lastError: Refusal?
  private let connection: DirectConnection
  private var inbox = CQLInbox()
  /// How many messages came that nobody had asked for.
  private var passedOver = 0

  /// No server has a reason to send even one: nothing here registers for events.
  static let mostPassedOver = 10_000

  init(over connection: DirectConnection, version: UInt8) {
    self.connection = connection
    self.version = version
  }

  /// Version 5 puts everything in segments once the server has answered STARTUP.
  func isInitialized() { inbox.isSegmented = version >= 5 }

  /// The answer to a request.
  ///
  /// - Throws: a server's error too.
  func ask(_ request: CQLFrame) throws(ConnectionFailure) -> CQLResponse {
    let response = try answer(to: request)
    guard case .error(let code, let text) = response else { return response }
    throw connection.failure(.serverReported, CassandraErrors.error(code: code, text: text))
  }

  /// The answer to a request, which may be an error.
  func answer(to request: CQLFrame) throws(ConnectionFailure) -> CQLResponse {
    let bytes = request.encoded
    try connection.write(inbox.isSegmented ? CQLSegment.encode(bytes) : bytes)
    while true {
      let frame = try nextFrame()
      // Events have streams of the server's own. One request is under way, so an error is about it on whichever.
      guard frame.stream == request.stream || frame.opcode == CQLFrame.Opcode.error else {
        try passOver()
        continue
      }
      let read: (response: CQLResponse, warnings: [String])
      do throws(CQLReader.Malformed) {
        read = try CQLResponse.read(frame)
      } catch {
        throw connection.failure(CassandraErrors.malformed)
      }
      guard read.response != .event else {
        try passOver()
        continue
      }
      connection.remarks += read.warnings.map { .serverNotice($0) }
      if case .error(let code, let text) = read.response {
        lastError = Refusal(code: code, text: text, version: frame.version)
      }
      return read.response
    }
  }

  /// Leaves a message alone that nobody asked for.
  private func passOver() throws(ConnectionFailure) {
    passedOver += 1
    guard passedOver <= Self.mostPassedOver else { throw connection.failure(CassandraErrors.flood) }
  }

  private func nextFrame() throws(ConnectionFailure) -> CQLFrame {
    while true {
      // Who sends without end never makes a read wait.
      guard !connection.deadline.hasPassed else { throw connection.failure(.timedOut) }
      switch inbox.next() {
      case .frame(let frame): return frame
      case .incomplete: inbox.append(try connection.read())
      case .foreign: throw connection.failure(.foreignAnswer(ForeignAnswer(recognising: inbox.arrived)))
      case .broken: throw connection.failure(CassandraErrors.broken)
      }
    }
  }
}

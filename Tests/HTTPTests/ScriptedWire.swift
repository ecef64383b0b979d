import ConnectCore
import HTTP
import Transport

/// A wire whose other side says what a script says, one part for each time that it is listened to.
final class ScriptedWire: HTTPWire {
  let authority = "db.example:8123"
  let deadline: Deadline
  private var parts: [[UInt8]]
  private(set) var sent: [UInt8] = []
  /// Whether the script ends by a reset instead of an end.
  private let resets: Bool

  init(_ parts: [[UInt8]], resets: Bool = false, seconds: Double = 10) {
    self.parts = parts
    self.resets = resets
    deadline = Deadline(seconds: seconds)
  }

  convenience init(_ texts: String...) { self.init(texts.map { Array($0.utf8) }) }

  var sentText: String { String(decoding: sent, as: UTF8.self) }

  func send(_ bytes: [UInt8]) throws(StreamFailure) { sent += bytes }

  func receive() throws(StreamFailure) -> [UInt8] {
    guard !parts.isEmpty else { throw StreamFailure(resets ? .reset(errno: 104) : .closed) }
    return parts.removeFirst()
  }

  func isEnd(_ failure: StreamFailure) -> Bool { failure.event == .closed }
  func failure(_ event: FailureEvent, _ error: ServerError?) -> StreamFailure {
    StreamFailure(event, error: error)
  }
}

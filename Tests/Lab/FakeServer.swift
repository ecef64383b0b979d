import Foundation

/// A server that says one thing to everybody, whatever it hears; for what no real server would say.
///
/// The answer comes after the first bytes that are heard, so that it is an answer.
public final class FakeServer: @unchecked Sendable {
  /// What happens after the answer.
  public enum Ending: Sendable {
    /// The connection is closed as usual (FIN).
    case close
    /// The connection is broken (RST).
    case reset
    /// Nothing more comes.
    case silence
  }

  /// On 127.0.0.1.
  public let port: Int
  private let listener: Int32
  private let greeting: [UInt8]
  private let answer: [UInt8]
  private let ending: Ending
  private let lock = NSLock()
  private var heard: [[UInt8]] = []

  /// Listens, sends `greeting` to everybody who connects and `answer` to everybody who says something.
  public convenience init(greeting: String = "", answer: String = "", then ending: Ending) throws {
    try self.init(greeting: greeting, answerBytes: Array(answer.utf8), then: ending)
  }

  /// As the other, for an answer that is no text.
  public init(greeting: String = "", answerBytes: [UInt8], then ending: Ending) throws {
    #if os(Linux)
      let stream = Int32(SOCK_STREAM.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    let listener = try privateDescriptor { socket(AF_INET, stream, 0) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 50) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard bound else { throw LabFailure("no port for a fake server: \(String(cString: strerror(errno)))") }
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    self.greeting = Array(greeting.utf8)
    self.answer = answerBytes
    self.ending = ending
    Thread.detachNewThread { [weak self] in
      while true {
        var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        // Held before anything is accepted: once the server is gone, its descriptor may be another's, and whoever
        // waits there for a connection keeps everybody from starting programs.
        guard poll(&waiting, 1, -1) == 1, let server = self,
          let connection = try? privateDescriptor({ accept(listener, nil, nil) })
        else { return }
        Thread.detachNewThread { server.serve(connection) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  /// What each connection has sent so far, in their order.
  public var received: [[UInt8]] { lock.withLock { heard } }

  private func serve(_ connection: Int32) {
    signal(SIGPIPE, SIG_IGN)
    let index = lock.withLock {
      heard.append([])
      return heard.count - 1
    }
    if !greeting.isEmpty { write(connection, greeting, greeting.count) }
    if read(connection, for: index), !answer.isEmpty { write(connection, answer, answer.count) }
    switch ending {
    case .close: break
    case .reset:
      var now = linger(l_onoff: 1, l_linger: 0)
      setsockopt(connection, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    case .silence: while read(connection, for: index) {}
    }
    close(connection)
  }

  /// Whether something came.
  private func read(_ connection: Int32, for index: Int) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(connection, &buffer, buffer.count, 0)
    guard count > 0 else { return false }
    lock.withLock { heard[index] += buffer[..<count] }
    return true
  }
}

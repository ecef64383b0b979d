internal import ConnectCore
internal import Transport

/// The question to SQL Server Browser where a named instance listens (MC-SQLR sections 2.2.3 and 2.2.5).
enum SQLBrowser {
  static let port: UInt16 = 1434

  private static let instanceRequest: UInt8 = 0x04
  private static let response: UInt8 = 0x05

  static func request(_ instance: String) -> [UInt8] { [instanceRequest] + Array(instance.utf8) + [0] }

  /// The TCP port that an answer names for the instance; nil: it is no answer about that instance. `port` is nil for
  /// an instance that does not listen on TCP.
  static func answer(_ bytes: [UInt8], about instance: String) -> (port: UInt16?, version: String?)? {
    guard bytes.count >= 3, bytes[0] == response else { return nil }
    let length = Int(bytes[1]) | Int(bytes[2]) << 8
    guard length == bytes.count - 3 else { return nil }
    // ServerName;HOST;InstanceName;NAME;IsClustered;No;Version;15.0.2000.5;tcp;51433;np;\\HOST\pipe\…;;
    let words = String(decoding: bytes[3...], as: UTF8.self).split(
      separator: ";", omittingEmptySubsequences: false)
    var values: [String: String] = [:]
    for index in stride(from: 0, to: words.count - 1, by: 2) where !words[index].isEmpty {
      values[words[index].lowercased()] = values[words[index].lowercased()] ?? String(words[index + 1])
    }
    guard values["instancename"]?.lowercased() == instance.lowercased() else { return nil }
    let port = values["tcp"].flatMap { UInt16($0) }
    return (port == 0 ? nil : port, values["version"])
  }

  /// Asks until the deadline.
  static func port(
    of instance: String, at addresses: [SocketAddress], host: String, deadline: Deadline
  ) -> Result<UInt16, ConnectionFailure> {
    let place = "UDP port \(port) of \(host)"
    func failed(_ reason: String) -> Result<UInt16, ConnectionFailure> {
      .failure(ConnectionFailure(stage: .resolve, event: .instanceNotFound(reason)))
    }
    let ending = DatagramQuestion.ask(request(instance), of: addresses, deadline: deadline) {
      answer($0, about: instance) != nil
    }
    switch ending {
    case .answered(let bytes, _):
      guard let port = answer(bytes, about: instance)?.port else {
        return failed("SQL Server Browser answered that the instance does not listen on TCP")
      }
      return .success(port)
    case .refused: return failed("SQL Server Browser does not run: \(place) refuses")
    case .unreachable(let code): return failed("there is no way to \(place) (\(systemErrorText(code)))")
    case .silence:
      return failed(
        "SQL Server Browser (\(place)) did not answer: it does not run, a firewall drops the question, or it knows no such instance"
      )
    }
  }
}

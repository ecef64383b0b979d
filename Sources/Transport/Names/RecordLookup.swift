import CResolver
package import ConnectCore

/// Asks the system's name servers for records that are no addresses, within a deadline.
package enum RecordLookup {
  /// What the name servers answered.
  package enum Answer: Equatable, Sendable {
    case found(DNSMessage)
    /// The name does not exist, or has no record of that type.
    case none
    case failed(FailureEvent)
  }

  /// The records of a name, which is complete: no search domain is added.
  package static func records(of name: String, _ type: RecordType, deadline: Deadline) -> Answer {
    // The resolver would wait for its own time, which can be 5 s for each name server and try.
    abandonable(until: deadline) { ask(name, type) } ?? .failed(.timedOut)
  }

  private static func ask(_ name: String, _ type: RecordType) -> Answer {
    // The most that DNS over TCP can carry.
    var answer = [UInt8](repeating: 0, count: 65_536)
    var reason: Int32 = 0
    let length = resolver_query(name, Int32(type.rawValue), &answer, Int32(answer.count), &reason)
    guard length >= 0 else {
      if length == RESOLVER_MISSING {
        return .failed(.nameNotResolved("this system has no res_query"))
      }
      switch reason {
      case HOST_NOT_FOUND, NO_DATA: return .none
      case TRY_AGAIN: return .failed(.nameNotResolved("the name servers gave no answer, or failed"))
      default: return .failed(.nameNotResolved("the name servers refused, or answered what is no DNS"))
      }
    }
    guard length <= answer.count, let message = DNSMessage(Array(answer.prefix(Int(length)))) else {
      return .failed(.nameNotResolved("the name servers' answer cannot be read"))
    }
    return .found(message)
  }
}

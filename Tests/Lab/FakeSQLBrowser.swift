import Foundation

/// A SQL Server Browser (MS-SQLR) on UDP port 1434 of a loopback address of its own, with its instances.
///
/// Clients ask that port and no other, so the address is what differs. Linux has all of 127.0.0.0/8; on macOS only
/// 127.0.0.1 is there unless more are configured, and starting one fails with an explanation.
public struct FakeSQLBrowser: Sendable {
  /// What it says to who asks for an instance.
  public enum Manner: String, Hashable, Encodable, Sendable {
    /// The port, for an instance that there is; nothing for others, as MS-SQLR has it.
    case answers
    /// Nothing, as a firewall would have it.
    case silent
    /// Instances without TCP.
    case withoutTCP
    /// Something that is no answer.
    case garbage
    /// An answer that is cut short.
    case truncated
    /// Another instance's answer.
    case another
    /// The port of the instance before it, which says at PRELOGIN that it is not the one.
    case swapped
  }

  private struct Wanted: Encodable {
    var pki: String
    var manner: Manner
    var instances: [String: FakeTDS]
  }
  private struct Place: Decodable {
    var key: Int
    var address: String
    var instances: [String: RunningFakeTDS]
  }

  /// The TCP port of each instance.
  public var ports: [String: Int] { instances.mapValues(\.port) }
  /// Where it listens, and its instances with it.
  public let address: String
  /// Its instances, by their names.
  public let instances: [String: RunningFakeTDS]
  private let key: Int

  /// Starts one, and its instances, which listen on its address only.
  public init(_ instances: [String: FakeTDS], _ manner: Manner = .answers) throws {
    let named = Dictionary(uniqueKeysWithValues: instances.map { ($0, $1.with(\.instance, $0)) })
    let place = try RunningFakeTDS.helper.get().ask(
      "browser", Wanted(pki: Lab.pki, manner: manner, instances: named), for: Place.self)
    (key, address, self.instances) = (place.key, place.address, place.instances)
  }

  /// The names of the instances that were asked for, in their order.
  public func asked() throws -> [String] {
    try RunningFakeTDS.helper.get().ask("asked", key, for: [String].self)
  }
}

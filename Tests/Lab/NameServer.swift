import Foundation

/// A DNS server of the lab.
public struct NameServer: Hashable, Encodable, Sendable {
  public struct Record: Hashable, Encodable, Sendable {
    public var name: String
    /// `A`, `AAAA`, `SRV` (`port target`) or `TXT` (its parts with bars between them).
    public var kind: String
    public var value: String

    public init(_ name: String, _ kind: String, _ value: String) {
      (self.name, self.kind, self.value) = (name, kind, value)
    }
  }

  /// How it answers; `truncate` sends the client to TCP.
  public enum Behaviour: String, Encodable, Sendable {
    case answer, silence, refuse, fail, truncate, garbage
  }

  public var records: [Record]
  public var behaviour: Behaviour

  public init(_ records: [Record], _ behaviour: Behaviour = .answer) {
    (self.records, self.behaviour) = (records, behaviour)
  }
}

/// A DNS server that was started.
public struct RunningNameServer: Decodable, Sendable {
  private let key: Int
  /// Its own address of loopback, where it has port 53.
  public let address: String

  /// The questions so far: a name and the number of a type each.
  public func questions() throws -> [String] { try Lab.heard(key, as: String.self) }

  /// The command that runs another one with this server as the only one that names are asked of; it takes root.
  ///
  /// The file goes over /etc/resolv.conf in a mount namespace of the command's own; where that is a link, over what
  /// it leads to.
  public func wrap(_ command: [String], in folder: TemporaryFolder) throws -> [String] {
    let file = folder.path + "/resolv.conf"
    try "nameserver \(address)\noptions timeout:5 attempts:2\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let hide = #"mount --bind "$0" "$(readlink -f /etc/resolv.conf)" && exec "$@""#
    return ["unshare", "--mount", "sh", "-c", hide, file] + command
  }
}

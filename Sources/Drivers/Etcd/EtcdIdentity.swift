internal import ConnectCore

/// What is known of a member: by itself, and by the list of the members.
struct EtcdIdentity {
  private let status: EtcdStatus
  private let members: EtcdMembers?
  /// The port that was connected to.
  private let port: UInt16

  init(_ status: EtcdStatus, _ members: EtcdMembers?, port: UInt16) {
    self.status = status
    self.members = members
    self.port = port
  }

  private var member: EtcdMembers.Member? { members?.all.first { $0.id == status.member } }

  var server: ServerIdentity {
    var details: [String] = []
    if let member, let count = members?.all.count {
      details.append("member \(member.name) of \(count)")
    }
    return ServerIdentity(product: "etcd", version: status.version, details: details)
  }

  /// Where clients should go instead, if the port is the one on which the members talk to each other. It answers
  /// clients as well, up to etcd 3.6 at least, and is firewalled off from them where it is set up well.
  var urlsBesidePeerPort: [String]? {
    guard let member, member.peerURLs.contains(where: isHere), !member.clientURLs.contains(where: isHere)
    else {
      return nil
    }
    return member.clientURLs
  }

  private func isHere(_ url: String) -> Bool { url.hasSuffix(":\(port)") }
}

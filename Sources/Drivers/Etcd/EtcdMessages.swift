/// What is asked of etcd: a method of its API and a message (etcd's rpc.proto, package etcdserverpb).
struct EtcdRequest: Equatable {
  /// `/package.Service/Method`
  let path: String
  let message: [UInt8]

  /// Who the member is and how it is; takes no login.
  static let status = EtcdRequest(path: "/etcdserverpb.Maintenance/Status", message: [])
  /// The members of the cluster, of which this one knows by itself.
  static let memberList = EtcdRequest(path: "/etcdserverpb.Cluster/MemberList", message: [])
  /// The key that `etcdctl endpoint health` reads too. It need not be there.
  static let key = "health"

  /// Counts how many keys are named `key`: a read with all that belongs to one (a leader, a user, a right), and
  /// nobody's data as its answer.
  static let read: EtcdRequest = {
    var range = ProtobufWriter()
    range.put(key, field: 1)
    range.put(true, field: 9)  // count_only
    return EtcdRequest(path: "/etcdserverpb.KV/Range", message: range.bytes)
  }()

  static func authenticate(user: String, password: String) -> EtcdRequest {
    var login = ProtobufWriter()
    login.put(user, field: 1)
    login.put(password, field: 2)
    return EtcdRequest(path: "/etcdserverpb.Auth/Authenticate", message: login.bytes)
  }

  /// The roles of a user: everybody may ask for his own.
  static func roles(ofUser user: String) -> EtcdRequest {
    var get = ProtobufWriter()
    get.put(user, field: 1)
    return EtcdRequest(path: "/etcdserverpb.Auth/UserGet", message: get.bytes)
  }
}

/// What a member says of itself: StatusResponse.
struct EtcdStatus: Equatable {
  /// The member's own id.
  var member: UInt64 = 0
  var version = ""
  /// Alarms, and that there is no leader.
  var errors: [String] = []

  init(_ message: [UInt8]) throws(ProtobufReader.Malformed) {
    for field in try ProtobufReader.fields(of: message) {
      switch field.number {
      case 1: member = try EtcdHeader.member(field.bytes ?? [])
      case 2: version = field.text ?? ""
      case 8: errors += field.text.flatMap { $0.isEmpty ? nil : [$0] } ?? []
      default: break
      }
    }
  }
}

/// AuthenticateResponse.
enum EtcdLoginAnswer {
  /// More than a JSON Web Token of many claims, and less than servers take as a header.
  private static let mostBytes = 4_096

  /// What stands for the login in later requests, where it is sent as a header (gRPC over HTTP2, "ASCII-Value").
  static func token(_ message: [UInt8]) throws(ProtobufReader.Malformed) -> String {
    guard let token = try ProtobufReader.fields(of: message).last(where: { $0.number == 2 })?.text,
      (1...mostBytes).contains(token.utf8.count), token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw ProtobufReader.Malformed() }
    return token
  }
}

/// The members of a cluster: MemberListResponse.
struct EtcdMembers: Equatable {
  struct Member: Equatable {
    var id: UInt64 = 0
    /// Empty until it has been started.
    var name = ""
    /// Where the other members find it.
    var peerURLs: [String] = []
    /// Where clients find it.
    var clientURLs: [String] = []
  }

  var all: [Member] = []

  /// etcd's documentation advises against more than seven.
  private static let most = 100

  init(_ message: [UInt8]) throws(ProtobufReader.Malformed) {
    for field in try ProtobufReader.fields(of: message) {
      guard field.number == 2, all.count < Self.most else { continue }
      all.append(try Self.member(field.bytes ?? []))
    }
  }

  private static func member(_ message: [UInt8]) throws(ProtobufReader.Malformed) -> Member {
    var member = Member()
    for field in try ProtobufReader.fields(of: message) {
      switch field.number {
      case 1: member.id = field.integer ?? 0
      case 2: member.name = field.text ?? ""
      case 3: member.peerURLs += field.text.map { [$0] } ?? []
      case 4: member.clientURLs += field.text.map { [$0] } ?? []
      default: break
      }
    }
    return member
  }
}

/// ResponseHeader, which every answer begins with.
private enum EtcdHeader {
  static func member(_ message: [UInt8]) throws(ProtobufReader.Malformed) -> UInt64 {
    try ProtobufReader.fields(of: message).last { $0.number == 2 }?.integer ?? 0
  }
}

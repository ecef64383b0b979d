/// What a server says of itself in its answer to hello (MongoDB's specification "Server Discovery And Monitoring",
/// "Parsing a hello or legacy hello response"). Pure.
struct MongoHello: Equatable, Sendable {
  enum Role: String, Equatable, Sendable {
    case standalone, mongos, primary, secondary, arbiter
    /// A member of a replica set that takes no reads: it starts, recovers or rolls back.
    case other
    /// It was started as a member, and nobody has initiated the set.
    case uninitialised
  }

  let role: Role
  let setName: String?
  /// The name that it has in its set, with the port.
  let ownName: String?
  /// `host:port` of its primary, as far as it knows one.
  let primary: String?
  let minimumWireVersion: Int64
  let maximumWireVersion: Int64

  init(_ document: BSONDocument) {
    setName = document.string("setName")
    ownName = document.string("me")
    primary = document.string("primary")
    minimumWireVersion = document.integer("minWireVersion") ?? 0
    maximumWireVersion = document.integer("maxWireVersion") ?? 0
    let takesWrites = document.isTrue("isWritablePrimary") || document.isTrue("ismaster")
    if document.string("msg") == "isdbgrid" {
      role = .mongos
    } else if document.isTrue("isreplicaset") {
      role = .uninitialised
    } else if setName == nil {
      role = .standalone
    } else if takesWrites {
      role = .primary
    } else if document.isTrue("arbiterOnly") {
      role = .arbiter
    } else {
      role = document.isTrue("secondary") ? .secondary : .other
    }
  }

  /// What it is, for a note.
  var words: String {
    let set = setName.map { " of the replica set \($0)" } ?? ""
    let knows =
      role == .primary || setName == nil
      ? "" : primary.map { ", and names \($0) the primary" } ?? ", and knows no primary"
    return switch role {
    case .standalone: "is a server of its own, in no replica set"
    case .mongos: "is a mongos"
    case .primary: "is the primary\(set)"
    case .secondary: "is a secondary\(set)\(knows)"
    case .arbiter: "is an arbiter\(set), which holds no data\(knows)"
    case .other: "is a member\(set) that is not ready\(knows)"
    case .uninitialised: "is meant for a replica set that nobody has initiated (rs.initiate())"
    }
  }
}

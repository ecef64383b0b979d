internal import ConnectCore
internal import Transport

/// The test of a deployment: libmongoc finds the servers and logs in, over connections that are made here.
final class MongoTest {
  private let libmongoc: LibMongoC
  private let target: ConnectionTarget
  private let policy: TLSPolicy?
  private let deadline: Deadline
  private let progress: Progress
  /// Everyone who was connected to, in that order.
  private var members: [MongoMember] = []
  private var remarks: [Remark] = []

  init(
    _ libmongoc: LibMongoC, target: ConnectionTarget, policy: TLSPolicy?, deadline: Deadline,
    progress: Progress
  ) {
    self.libmongoc = libmongoc
    self.target = target
    self.policy = policy
    self.deadline = deadline
    self.progress = progress
  }

  func run(_ plan: MongoPlan) -> Observation {
    let client: MongoClient
    do throws(MongoClient.Refusal) {
      client = try MongoClient(libmongoc, plan, deadline: deadline) { [unowned self] in dial($0, $1) }
    } catch {
      let failure = ConnectionFailure(stage: .resolve, event: .other(error.error.text), error: error.error)
      return Observation(outcome: .failed(failure), host: target.hosts[0])
    }
    let outcome = converse(client, plan)
    for member in members { member.end() }
    return observation(outcome)
  }

  // MARK: Connections

  /// Opens a connection; each of the hosts that were given gets a fair share of the time, and the members that a
  /// server names half of what is left.
  private func dial(_ name: String, _ port: UInt16) -> MongoMember {
    // libmongoc tries again what has failed, though nothing has changed.
    if let failed = members.first(where: { $0.isAt(name, port) && $0.failure != nil }) { return failed }
    let given = target.hosts.firstIndex { $0.port == port && $0.host.lowercased() == name.lowercased() }
    // One part is kept for the login at another of them.
    let parts = given.map { target.hosts.count == 1 ? 1 : target.hosts.count - $0 + 1 } ?? 2
    let host = given.map { target.hosts[$0] } ?? HostPort(host: name, port: port)
    let share = parts == 1 ? deadline : deadline.orSooner(in: deadline.remaining / parts)
    let connection = DirectConnection(
      MongoEngine(), target: target, host: host, policy: policy, deadline: share, progress: progress)
    let member = MongoMember(connection, deadline: deadline, sharesTime: parts > 1)
    members.append(member)
    // What a server calls a host may be anything, and a path would be a Unix socket, which has no TLS.
    if given != nil || MemberName.isHost(name) {
      member.open()
    } else {
      member.refuse("a server named “\(name)” as another one, which is no host")
    }
    return member
  }

  /// The server that libmongoc has chosen: the only one that it talks to after hello.
  private var chosen: MongoMember? {
    members.filter { $0.written > 0 }.max { $0.written < $1.written }
  }

  // MARK: The conversation

  private func converse(_ client: MongoClient, _ plan: MongoPlan) -> Result<Session, ConnectionFailure> {
    // Without that command the login is over all the same, and the server has proven that it knows the password too.
    if let refusal = client.run(MongoCommand.connectionStatus), !refusal.isUnknownCommand {
      return .failure(failure(refusal.error))
    }
    guard let member = chosen else { return .failure(failure(MongoErrors.library("no server", code: 0))) }
    let status = member.wire.answer(to: "connectionStatus")
    let users = status?.document("authInfo")?.array("authenticatedUsers")
    let isLoggedIn = users.map { !$0.isEmpty } ?? (plan.login != nil)
    if plan.login != nil, !isLoggedIn {
      let error = ServerError(
        text: "the server took the login, and says that nobody is logged in",
        origin: .library("tablepro-connect"))
      return .failure(member.connection.failure(.other(error.text), error))
    }
    if plan.login != nil { member.connection.credentialsRequested = true }
    if plan.lacksPassword {
      member.connection.credentialsRequested = true
      return .failure(member.connection.failure(.serverReported, MongoErrors.passwordMissing))
    }
    if target.until == .query { member.connection.begin(.query) }
    return session(client, member, isLoggedIn: isLoggedIn)
  }

  /// Whether commands are taken from us at all, and who it is that takes them.
  private func session(
    _ client: MongoClient, _ member: MongoMember, isLoggedIn: Bool
  ) -> Result<Session, ConnectionFailure> {
    var refusal = client.run(MongoCommand.listDatabases)
    if let first = refusal, !first.isUnknownCommand, first.error.nativeCode != "13", remark(on: first) != nil
    {
      refusal = client.run(MongoCommand.listAllDatabases)
    }
    if let refusal, !refusal.isUnknownCommand {
      // The login counts; what the user may do is another matter.
      guard isLoggedIn, let remark = remark(on: refusal) else {
        if refusal.error.nativeCode == "13" { member.connection.credentialsRequested = true }
        return .failure(failure(refusal.error))
      }
      remarks.append(remark)
    }
    let names = refusal == nil ? member.wire.answer(to: "listDatabases").flatMap(Self.names) : nil
    if let database = target.database, let names, !names.contains(database),
      !["local", "config"].contains(database)
    {
      remarks.append(.databaseNotListed(database))
    }
    if member.wire.hello?.role == .secondary { remarks.append(.serverIsReadOnly) }
    guard target.until == .query else { return .success(Session()) }
    guard let refusal = client.run(MongoCommand.buildInfo) else {
      let answer = member.wire.answer(to: "buildInfo")
      return .success(
        Session(server: answer.flatMap { ServerIdentity(mongo: $0, host: member.host.host) }))
    }
    if refusal.isUnknownCommand { return .success(Session()) }
    guard let remark = remark(on: refusal) else { return .failure(failure(refusal.error)) }
    remarks.append(remark)
    return .success(Session())
  }

  /// What is left of a refusal by a server that is there, and is there to stay; nil: it is more than a refusal.
  private func remark(on refusal: MongoClient.Refusal) -> Remark? {
    let failure = failure(refusal.error)
    guard failure.event == .serverReported, let error = failure.error, error.origin == .server,
      !MongoRules.mayPass(error)
    else { return nil }
    return .serverNotice(error.text)
  }

  private static func names(in answer: BSONDocument) -> [String]? {
    answer.array("databases")?.compactMap {
      if case .document(let one) = $0 { one.string("name") } else { nil }
    }
  }

  // MARK: Failures

  /// What an error of libmongoc's stands for: what happened on a connection, or what the server said there.
  private func failure(_ error: ServerError) -> ConnectionFailure {
    guard error.nativeCode == MongoErrors.selection || error.nativeCode == MongoErrors.wireVersion else {
      return failure(error, of: chosen)
    }
    let known = members.filter { $0.failure == nil && $0.wire.error == nil && $0.wire.hello != nil }
    guard !known.isEmpty else {
      return members.map { failure(error, of: $0) }.max { $0.stage < $1.stage } ?? failure(error, of: nil)
    }
    // Some have answered, and libmongoc has no use for any of them; the one that it wanted may have failed.
    var told = wanted(by: known)?.failure ?? known[0].connection.failure(.serverReported, error)
    told.answers += known.compactMap { member in
      member.words.map { .isMember(name: member.name, words: $0) }
    }
    return told
  }

  /// The failed server that those who have answered lead to: the one that they call the primary, or one that only
  /// they have named.
  private func wanted(by known: [MongoMember]) -> MongoMember? {
    let failed = members.filter { $0.failure != nil }
    let primaries = known.compactMap { $0.wire.hello?.primary?.lowercased() }
    return failed.first { primaries.contains($0.name.lowercased()) }
      ?? failed.first { !target.hosts.contains($0.host) }
  }

  private func failure(_ error: ServerError, of member: MongoMember?) -> ConnectionFailure {
    guard let member else { return ConnectionFailure(stage: .connect, event: .serverReported, error: error) }
    if let failure = member.failure { return failure }
    // The server's own words, with its code, where libmongoc has wrapped them.
    return member.connection.failure(.serverReported, member.wire.error ?? error)
  }

  // MARK: What is told

  private func observation(_ outcome: Result<Session, ConnectionFailure>) -> Observation {
    let mode = target.ssl.mode == .preferred ? SSLMode.required : target.ssl.mode
    guard let member = member(of: outcome) else {
      let failure =
        if case .failure(let failure) = outcome { failure } else {
          ConnectionFailure(stage: .connect, event: .closed)
        }
      return Observation(outcome: .failed(failure), host: target.hosts[0])
    }
    var observation = member.result(outcome).observation(host: member.host)
    observation.attempts = members.flatMap { $0 === member ? observation.attempts : $0.attempts(mode: mode) }
    observation.remarks += remarks
    if case .success = outcome {
      observation.remarks += members.compactMap { other in
        other.failure.map { .memberFailed(name: other.name, failure: $0) }
      }
    }
    return observation
  }

  /// The member that the outcome is about.
  private func member(of outcome: Result<Session, ConnectionFailure>) -> MongoMember? {
    guard case .failure(let failure) = outcome else { return chosen }
    return members.first { $0.failure?.event == failure.event && $0.failure?.stage == failure.stage }
      ?? chosen ?? members.first
  }
}

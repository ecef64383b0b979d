internal import ConnectCore
internal import Transport

/// The servers that `mongodb+srv://` stands for, by its SRV and TXT records (MongoDB's specification "Initial DNS
/// Seedlist Discovery").
///
/// They are looked up here and not by libmongoc, which waits for name servers without a limit.
enum MongoSeedlist {
  /// The target with the hosts and settings that the records give.
  static func resolve(
    _ target: ConnectionTarget, deadline: Deadline
  ) -> Result<ConnectionTarget, ConnectionFailure> {
    let host = target.hosts[0].host
    let service = target.parameters["srvServiceName"] ?? "mongodb"
    let name = "_\(service)._tcp.\(host)"
    var services: [DNSMessage.Service] = []
    switch RecordLookup.records(of: name, .service, deadline: deadline) {
    case .found(let message): services = message.services
    case .none: break
    case .failed(let event): return .failure(failure(event, of: "SRV", name))
    }
    var texts: [String] = []
    switch RecordLookup.records(of: host, .text, deadline: deadline) {
    case .found(let message): texts = message.texts
    case .none: break
    case .failed(let event): return .failure(failure(event, of: "TXT", host))
    }
    do throws(Fault) {
      return .success(try complete(target, services, texts))
    } catch {
      return .failure(ConnectionFailure(stage: .resolve, event: .nameNotResolved(error.words)))
    }
  }

  private static func failure(_ event: FailureEvent, of kind: String, _ name: String) -> ConnectionFailure {
    guard case .nameNotResolved(let words) = event else {
      return ConnectionFailure(stage: .resolve, event: event)
    }
    return ConnectionFailure(
      stage: .resolve, event: .nameNotResolved("the \(kind) records of \(name) were asked for: \(words)"))
  }

  /// Why records do not do.
  struct Fault: Error { let words: String }

  /// The target with what the records say. Pure.
  static func complete(
    _ target: ConnectionTarget, _ services: [DNSMessage.Service], _ texts: [String]
  ) throws(Fault) -> ConnectionTarget {
    let host = target.hosts[0].host
    guard !services.isEmpty else {
      let service = target.parameters["srvServiceName"] ?? "mongodb"
      throw Fault(
        words:
          "_\(service)._tcp.\(host) has no SRV records: mongodb+srv:// takes the name of a cluster, mongodb:// that of a server"
      )
    }
    var target = target
    target.hosts = try services.map { record throws(Fault) in
      guard MemberName.isHost(record.target), record.port > 0 else {
        throw Fault(
          words:
            "the SRV records of \(host) lead to “\(record.target)” port \(record.port), which is no host with a port"
        )
      }
      guard belongs(record.target, to: host) else {
        throw Fault(words: "the SRV records of \(host) lead to \(record.target), which is outside its domain")
      }
      return HostPort(host: record.target, port: record.port)
    }
    // Options of the URL come before those of the record.
    let given = try options(of: texts)
    target.parameters.merge(given) { url, _ in url }
    if let limit = target.parameters["srvMaxHosts"].flatMap({ Int($0) }), limit > 0,
      limit < target.hosts.count
    {
      guard target.parameters["replicaSet"] == nil else {
        throw Fault(words: "srvMaxHosts does not go with the replicaSet of the TXT record")
      }
      target.hosts = Array(target.hosts.shuffled().prefix(limit))
    }
    if target.parameters["loadBalanced"] == "true", target.parameters["replicaSet"] != nil {
      let source = { given[$0] == nil ? "the URL" : "the TXT record" }
      throw Fault(
        words:
          "\(source("loadBalanced")) says loadBalanced, which does not go with the replicaSet of \(source("replicaSet"))"
      )
    }
    if target.parameters["loadBalanced"] == "true", target.hosts.count > 1 {
      throw Fault(words: "loadBalanced goes with one server, and the SRV records name \(target.hosts.count)")
    }
    return target
  }

  /// Whether a server lies in the domain of the name that was asked for, so that whoever forges an SRV record cannot
  /// lead elsewhere.
  private static func belongs(_ server: String, to host: String) -> Bool {
    let labels = host.lowercased().split(separator: ".")
    let domain = labels.count < 3 ? labels[...] : labels.dropFirst()
    let found = server.lowercased().split(separator: ".")
    return found.count > domain.count && found.suffix(domain.count).elementsEqual(domain)
  }

  /// What the TXT record says: authSource, replicaSet and loadBalanced, and nothing else.
  private static func options(of texts: [String]) throws(Fault) -> [String: String] {
    guard texts.count <= 1 else { throw Fault(words: "there is more than one TXT record") }
    var options: [String: String] = [:]
    for item in (texts.first ?? "").split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1)
      let known = ["authSource", "replicaSet", "loadBalanced"]
      guard parts.count == 2, let name = known.first(where: { $0.lowercased() == parts[0].lowercased() })
      else {
        throw Fault(
          words: "the TXT record says \(item), and may say authSource, replicaSet and loadBalanced only")
      }
      guard let value = parts[1].percentDecoded(), !value.isEmpty,
        !value.unicodeScalars.contains(where: { $0.value < 0x20 }),
        name != "loadBalanced" || ["true", "false"].contains(value)
      else { throw Fault(words: "the TXT record has \(name) with a value that it cannot have") }
      options[name] = value
    }
    return options
  }
}

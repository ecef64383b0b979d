/// What etcdctl's variables say in ways of their own: endpoints are URLs, and the user may bring the password along.
struct EtcdVariables {
  private static let endpoints = "ETCDCTL_ENDPOINTS"
  private static let user = "ETCDCTL_USER"

  /// The scheme of the endpoints, if they are used and have one.
  let scheme: URLScheme?

  /// Writes what the variables say over the layer, as plain hosts, ports, user and password.
  ///
  /// - Parameter passwordIsApart: whether ETCDCTL_PASSWORD is set; a colon belongs to the user's name then.
  /// - Throws: where endpoints cannot be read, or differ in their schemes.
  init(_ merged: inout TargetLayer, passwordIsApart: Bool) throws(UsageError) {
    Self.splitUser(&merged, passwordIsApart: passwordIsApart)
    guard let given = merged[.host], given.source == .environment(Self.endpoints) else {
      scheme = nil
      return
    }
    var hosts: [String] = []
    var ports: [String] = []
    var names: Set<String> = []
    for text in given.value.split(separator: ",", omittingEmptySubsequences: false) {
      let endpoint = try Self.endpoint(text.trimmed)
      names.insert(endpoint.scheme)
      hosts.append(endpoint.host)
      ports.append(endpoint.port)
    }
    guard let name = names.first, names.count == 1 else {
      throw UsageError(
        "\(Self.endpoints) has endpoints with https:// and others: one SSL mode goes for all of them.")
    }
    scheme = name.isEmpty ? nil : URLScheme(name: name, engine: nil)
    merged[.host]?.value = hosts.joined(separator: ",")
    // A port that was given by itself is the port of all.
    if merged[.port] == nil, ports.contains(where: { !$0.isEmpty }) {
      merged[.port] = Given(ports.joined(separator: ","), from: given.source, as: given.label)
    }
  }

  private static func splitUser(_ merged: inout TargetLayer, passwordIsApart: Bool) {
    guard !passwordIsApart, let given = merged[.user], given.source == .environment(user),
      let colon = given.value.firstIndex(of: ":")
    else { return }
    let name = given.value[..<colon]
    merged[.user] = name.isEmpty ? nil : Given(String(name), from: given.source, as: given.label)
    guard merged[.password] == nil else { return }
    let password = String(given.value[given.value.index(after: colon)...])
    merged[.password] = Given(password, from: given.source, as: given.label)
  }

  private static func endpoint(
    _ text: Substring
  ) throws(UsageError) -> (scheme: String, host: String, port: String) {
    var scheme = ""
    var body = text
    if let end = text.firstRange(of: "://") {
      scheme = text[..<end.lowerBound].lowercased()
      body = text[end.upperBound...]
    }
    let parts = URLParts(body)
    guard ["", "http", "https"].contains(scheme), parts.fault == nil, parts.user == nil, parts.query.isEmpty,
      parts.path ?? "" == "", let place = parts.places.first, !place.host.isEmpty
    else {
      // It is not shown: what does not belong into an endpoint may be a secret.
      throw UsageError(
        "\(endpoints) has an endpoint that is not of the form http://HOST:PORT or https://HOST:PORT.")
    }
    return (scheme == "http" ? "" : scheme, String(place.host), String(place.port))
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}

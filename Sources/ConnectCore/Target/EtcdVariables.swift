/// What etcdctl's variables say in ways of their own: endpoints are URLs, and the user may bring the password along.
struct EtcdVariables {
  private static let endpoints = "ETCDCTL_ENDPOINTS"

  /// etcdctl uses TLS as soon as one of them is set, where the endpoint does not say that it has none.
  private static let files: [TargetField] = [.caFile, .certificateFile, .keyFile]

  /// What turns TLS on, if the variables do.
  let impliedTLS: ImpliedTLS?

  /// What to tell where nothing is encrypted: etcdctl's variables for TLS are rarely set for nothing.
  let unusedFiles: [String]

  /// Writes what the variables say as plain hosts, ports, user and password.
  ///
  /// - Parameters:
  ///   - variables: The layer of the variables.
  ///   - upper: What comes before them; endpoints that it replaces may be anything.
  ///   - lower: What comes after them.
  /// - Throws: where endpoints cannot be read, or one SSL mode cannot go for all of them.
  init(
    _ variables: inout TargetLayer, below upper: TargetLayer, above lower: TargetLayer
  ) throws(UsageError) {
    Self.splitUser(&variables, hasOtherUser: upper[.user] != nil)
    unusedFiles = Self.files.compactMap { [variables] in variables[$0] }.map {
      "\($0.label) is not used in mode disabled."
    }
    let file = Self.files.lazy.compactMap { [variables] in variables[$0] }.first
    let byFile = file.map {
      ImpliedTLS(words: $0.label, source: $0.source, verifier: "etcdctl verifies it")
    }
    if let host = upper[.host] {
      variables[.host] = nil
      // A URL's scheme says by itself whether there is TLS.
      impliedTLS = host.source == .option ? byFile : nil
      return
    }
    guard let given = variables[.host] else {
      impliedTLS = lower[.host] == nil ? byFile : nil
      return
    }
    var hosts: [String] = []
    var ports: [String] = []
    var encrypted: Set<Bool> = []
    var hasScheme = false
    for text in given.value.split(separator: ",", omittingEmptySubsequences: false) {
      let endpoint = try Self.endpoint(text.trimmed)
      hasScheme = hasScheme || !endpoint.scheme.isEmpty
      encrypted.insert(endpoint.scheme.isEmpty ? file != nil : endpoint.scheme == "https")
      hosts.append(endpoint.host)
      ports.append(endpoint.port)
    }
    guard encrypted.count == 1 else {
      throw UsageError(
        "\(Self.endpoints) has endpoints with TLS and others without: one SSL mode goes for all of them.")
    }
    impliedTLS =
      encrypted.contains(true) ? hasScheme ? ImpliedTLS(scheme: "https", given.source) : byFile : nil
    variables[.host]?.value = hosts.joined(separator: ",")
    if ports.contains(where: { !$0.isEmpty }) {
      variables[.port] = Given(ports.joined(separator: ","), from: given.source, as: given.label)
    }
  }

  /// A colon belongs to the user's name where ETCDCTL_PASSWORD is set, and the password to this user alone.
  private static func splitUser(_ variables: inout TargetLayer, hasOtherUser: Bool) {
    guard !hasOtherUser, variables[.password] == nil, let given = variables[.user],
      let colon = given.value.firstIndex(of: ":")
    else { return }
    let name = given.value[..<colon]
    variables[.user] = name.isEmpty ? nil : Given(String(name), from: given.source, as: given.label)
    let password = String(given.value[given.value.index(after: colon)...])
    variables[.password] = Given(password, from: given.source, as: given.label)
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
    return (scheme, String(place.host), String(place.port))
  }
}

extension Substring {
  fileprivate var trimmed: Substring {
    var text = self.drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// The options of a test as they were typed; nil: not given.
package struct TargetOptions: Equatable, Sendable {
  package var url: String?
  package var engine: String?
  package var host: String?
  package var port: String?
  package var user: String?
  package var database: String?
  package var ssl: String?
  package var sslCA: String?
  package var sslCert: String?
  package var sslKey: String?
  package var sslKeyPassphrase: String?
  package var sslCRL: String?
  package var serverName: String?
  package var tlsMin: String?
  package var password: String?
  package var until: String?
  package var timeout: String?
  package var ipv4 = false
  package var ipv6 = false
  package var showCertificates = false
  package var authSource: String?
  package var serviceName: String?
  package var sid: String?
  package var instance: String?

  package init() {}

  /// The options as a layer. Throws where one of them is empty, a URL, or holds a control character.
  func layer() throws(UsageError) -> TargetLayer {
    var layer = TargetLayer()
    for (field, value, label) in fields {
      guard let value else { continue }
      let given = Given(value, from: .option, as: label)
      if !field.mayBeSecret {
        guard !value.isEmpty else { throw UsageError("\(label) is empty.") }
        try OptionValues.check(given)
      }
      layer[field] = given
    }
    return layer
  }

  /// Throws where an option has a value that it cannot have, whatever else was given.
  func check(_ layer: TargetLayer) throws(UsageError) {
    if let port = layer[.port] { _ = try HostList.ports(port, defaultPort: 0) }
    // Other clients' hosts are not written as SQL Server's may be.
    if let host = layer[.host], !SQLServerPlace.isItsOwnSpelling(host.value) {
      _ = try HostList.make(host: host, address: nil, port: nil, defaultPort: 0)
    }
    if let mode = layer[.mode] { _ = try OptionValues.mode(mode) }
    if let version = layer[.minimumVersion] { _ = try OptionValues.tlsVersion(version) }
    if let timeout = layer[.timeout] { _ = try OptionValues.timeout(timeout) }
    if let name = layer[.serverName] { _ = try OptionValues.serverName(name) }
    if ipv4, ipv6 { throw UsageError("-4 and -6 exclude each other.") }
    for (label, value, _) in ofOneEngine {
      guard let value else { continue }
      guard !value.isEmpty else { throw UsageError("\(label) is empty.") }
      try OptionValues.check(Given(value, from: .option, as: label))
    }
  }

  /// Where the secrets come from.
  func source(of use: SecretUse) throws(UsageError) -> SecretSource? {
    let text = use == .password ? password : sslKeyPassphrase
    return try text.map { text throws(UsageError) in try SecretSource(text, option: use.rawValue) }
  }

  private var fields: [(TargetField, String?, String)] {
    [
      (.host, host, "-h/--host"), (.port, port, "-p/--port"), (.user, user, "-U/--user"),
      (.database, database, "-d/--database"), (.mode, ssl, "--ssl"), (.caFile, sslCA, "--ssl-ca"),
      (.certificateFile, sslCert, "--ssl-cert"), (.keyFile, sslKey, "--ssl-key"),
      (.crlFile, sslCRL, "--ssl-crl"), (.serverName, serverName, "--server-name"),
      (.minimumVersion, tlsMin, "--tls-min"), (.timeout, timeout, "--timeout"),
      (.instance, instance, "--instance"),
    ]
  }

  /// The options of one engine alone: their name, their value, and whose they are.
  var ofOneEngine: [(label: String, value: String?, engine: Engine)] {
    [
      ("--auth-source", authSource, .mongodb), ("--service-name", serviceName, .oracle),
      ("--sid", sid, .oracle), ("--instance", instance, .sqlserver),
    ]
  }
}

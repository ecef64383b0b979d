internal import ConnectCore

extension ServerIdentity {
  /// Product and version as far as the greeting tells them.
  init(greeting: MySQLGreeting) {
    self.init(greeting: greeting, variables: [:])
  }

  /// Product and version by the greeting and by what SHOW VARIABLES says: the products that speak MySQL's protocol
  /// put their names into the version or its comment.
  init(greeting: MySQLGreeting?, variables: [String: String]) {
    let version = variables["version"] ?? greeting?.version ?? ""
    let comment = variables["version_comment"] ?? ""
    func after(_ mark: String) -> String? {
      version.firstRange(of: mark).map { String(version[$0.upperBound...]) }
    }
    if let number = variables["aurora_version"] {
      // The version itself is MySQL's: 8.0.28.
      self.init(product: "Amazon Aurora MySQL", version: number)
    } else if let number = after("mysql_aurora.") {
      // 5.7.mysql_aurora.2.11.1
      self.init(product: "Amazon Aurora MySQL", version: number)
    } else if let number = after("-TiDB-") {
      // 8.0.11-TiDB-v7.5.0
      self.init(product: "TiDB", version: number.first == "v" ? String(number.dropFirst()) : number)
    } else if comment.contains("PlanetScale") || version.contains("PlanetScale") {
      self.init(product: "PlanetScale (Vitess)", version: Self.number(of: version))
    } else if version.contains("Vitess") || comment.contains("Vitess") {
      // 8.0.30-Vitess
      self.init(product: "Vitess", version: Self.number(of: version))
    } else if version.contains("MariaDB") || comment.lowercased().hasPrefix("mariadb")
      || greeting?.isMariaDB == true
    {
      self.init(product: "MariaDB", version: Self.number(of: version))
    } else if comment.hasPrefix("Percona") {
      // Percona Server (GPL), Release 27, Revision 2f8eeab2: 8.0.35-27
      let release = version.prefix { $0.isNumber || $0 == "." || $0 == "-" }
      self.init(
        product: "Percona Server", version: String(release.last == "-" ? release.dropLast() : release))
    } else {
      self.init(product: "MySQL", version: version)
    }
  }

  /// `10.11.6` of `10.11.6-MariaDB-0+deb12u1`.
  private static func number(of version: String) -> String {
    String(version.prefix { $0.isASCII && $0.isNumber || $0 == "." })
  }
}

internal import ConnectCore

extension ServerIdentity {
  /// Product and version out of what `SELECT version()` answers; the products that speak PostgreSQL's
  /// protocol put their names there.
  init(versionText text: String) {
    let words = text.split { " (),".contains($0) }.map(String.init)
    func word(after name: String) -> String? {
      guard let place = words.firstIndex(of: name), place + 1 < words.count else { return nil }
      return words[place + 1]
    }
    if text.hasPrefix("CockroachDB") {
      // CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, …)
      let version = words.first { $0.hasPrefix("v") && $0.dropFirst().first?.isNumber == true }
      self.init(product: "CockroachDB", version: String(version?.dropFirst() ?? ""))
    } else if let version = word(after: "Redshift") {
      // PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC …, Redshift 1.0.77467
      self.init(product: "Redshift", version: version)
    } else if let version = words.first(where: { $0.contains("-YB-") }) {
      // PostgreSQL 11.2-YB-2.20.1.3-b0 on x86_64-pc-linux-gnu, …
      self.init(product: "YugabyteDB", version: String(version.split(separator: "-", maxSplits: 2)[2]))
    } else if words.contains("Greenplum"), let version = word(after: "Database") {
      // PostgreSQL 9.4.26 (Greenplum Database 6.21.0 build commit:…) on x86_64-unknown-linux-gnu, …
      self.init(product: "Greenplum", version: version)
    } else if words.count > 1, words[0] == "PostgreSQL" || words[0] == "EnterpriseDB" {
      self.init(product: words[0], version: words[1])
    } else {
      self.init(product: "PostgreSQL", version: text)
    }
  }
}

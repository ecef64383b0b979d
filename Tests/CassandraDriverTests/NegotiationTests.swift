import ConnectCore
import Testing

@testable import CassandraDriver

/// Refusals of a protocol version, as servers have put them, and what is tried next.
@Suite struct NegotiationTests {
  @Test(
    arguments: [
      ("Invalid or unsupported protocol version (4); supported versions are (3/v3)", [3]),
      ("Invalid or unsupported protocol version (4); supported versions are (5/v5, 6/v6-beta)", [5]),
      (
        "Invalid or unsupported protocol version (66); supported versions are (3/v3, 4/v4, 5/v5-beta, 65/dse-v1)",
        [3, 4, 65]
      ),
      (
        "Invalid or unsupported protocol version (5); the lowest supported version is 3 and the greatest is 4",
        [3, 4]
      ),
      ("Invalid or unsupported protocol version: 4", nil),
      ("supported versions are (", []),
      ("supported versions are (6/v6-beta, x, 999/v9)", []),
      ("the lowest supported version is 9 and the greatest is 2", nil),
    ] as [(String, Set<UInt8>?)])
  func named(text: String, versions: Set<UInt8>?) {
    #expect(CQLVersions.named(in: text) == versions)
  }

  private func next(_ text: String, answered: UInt8 = 4, tried: Set<UInt8> = [4], code: Int = 0x0A) -> UInt8?
  {
    CQLVersions.next(code: code, text: text, answered: answered, tried: tried)
  }

  @Test func goesOnWithTheBestInCommon() {
    #expect(next("Invalid or unsupported protocol version (4); supported versions are (3/v3, 5/v5)") == 5)
    #expect(next("Invalid or unsupported protocol version (4); supported versions are (3/v3)") == 3)
  }

  @Test("Versions in beta are skipped")
  func beta() {
    #expect(
      next("Invalid or unsupported protocol version (4); supported versions are (3/v3, 5/v5-beta)") == 3)
    #expect(next("Invalid or unsupported protocol version (4); supported versions are (5/v5-beta)") == nil)
    #expect(
      next(
        "Beta version of the protocol used (5/v5-beta), but USE_BETA flag is unset", answered: 4, tried: [5])
        == 4)
  }

  @Test("Where no version is named, the answer's own is one")
  func unnamed() {
    #expect(next("Invalid or unsupported protocol version: 4", answered: 3) == 3)
    #expect(next("Invalid or unsupported protocol version: 4", answered: 2) == nil)
  }

  @Test("No version is tried twice")
  func once() {
    let text = "Invalid or unsupported protocol version (4); supported versions are (3/v3, 4/v4, 5/v5)"
    #expect(next(text, tried: [4, 5]) == 3)
    #expect(next(text, tried: [3, 4, 5]) == nil)
  }

  @Test func otherErrors() {
    #expect(next("Unexpected message OPTIONS", answered: 3) == nil)
    #expect(next("Invalid or unsupported protocol version: 4", answered: 3, code: 0x100) == nil)
  }
}

@Suite struct AuthenticatorTests {
  @Test(arguments: [
    ("org.apache.cassandra.auth.PasswordAuthenticator", CassandraAuthenticator.plain),
    ("com.amazon.helenus.auth.HelenusAuthenticator", .plain),
    ("com.scylladb.auth.SaslauthdAuthenticator", .plain),
    ("com.datastax.bdp.cassandra.auth.DseAuthenticator", .announcedPlain),
    ("org.apache.cassandra.auth.MutualTlsAuthenticator", .certificate),
    ("com.scylladb.auth.TransitionalAuthenticator", .transitional),
    ("com.datastax.bdp.cassandra.auth.KerberosAuthenticator", .refused),
    ("org.example.GSSAPIAuthenticator", .refused),
    ("org.example.ScramAuthenticator", .refused),
    ("com.instaclustr.cassandra.ldap.LDAPAuthenticator", .unknown),
    ("PasswordAuthenticator", .unknown), ("", .unknown),
    ("org.apache.cassandra.auth.PasswordAuthenticator ", .unknown),
  ])
  func classes(name: String, kind: CassandraAuthenticator) {
    #expect(CassandraAuthenticator(className: name) == kind)
  }
}

@Suite struct IdentityTests {
  private func identity(
    options: [String: [String]] = [:], authenticator: String? = nil, cluster: String = "Test Cluster"
  ) -> CassandraIdentity {
    CassandraIdentity(
      options: options, authenticator: authenticator,
      local: ["release_version": "4.1.3", "cluster_name": cluster, "data_center": "dc1"])
  }

  @Test func cassandra() {
    let cassandra = identity(
      options: ["PROTOCOL_VERSIONS": ["3/v3", "4/v4", "5/v5"]],
      authenticator: "org.apache.cassandra.auth.PasswordAuthenticator")
    #expect(cassandra.product == .cassandra)
    #expect(cassandra.versionQuery == nil)
    #expect(
      cassandra.server
        == ServerIdentity(
          product: "Cassandra", version: "4.1.3", details: ["cluster Test Cluster", "data center dc1"]))
  }

  @Test func scylla() {
    var scylla = identity(options: ["SCYLLA_SHARD": ["0"], "SCYLLA_NR_SHARDS": ["2"]])
    #expect(scylla.product == .scylla)
    #expect(scylla.versionQuery?.column == "version")
    scylla.ownVersion = "6.2.0"
    #expect(scylla.server.version == "6.2.0")
    #expect(scylla.server.details == ["cluster Test Cluster", "data center dc1", "as Cassandra 4.1.3"])
  }

  @Test("What is null or empty is left out")
  func nothing() {
    let empty = CassandraIdentity(options: [:], local: ["release_version": "", "cluster_name": ""])
    #expect(empty.server == ServerIdentity(product: "Cassandra", version: ""))
    var scylla = identity(options: ["SCYLLA_SHARD": ["0"]])
    scylla.ownVersion = ""
    #expect(scylla.server.version == "4.1.3")
    #expect(scylla.server.details == ["cluster Test Cluster", "data center dc1"])
  }

  @Test func others() {
    #expect(identity(options: ["PROTOCOL_VERSIONS": ["4/v4", "65/dse-v1"]]).product == .dse)
    #expect(identity(authenticator: "com.datastax.bdp.cassandra.auth.DseAuthenticator").product == .dse)
    #expect(identity(cluster: "cndb").product == .astra)
    #expect(identity(authenticator: "com.amazon.helenus.auth.HelenusAuthenticator").product == .keyspaces)
    #expect(identity(cluster: "Amazon Keyspaces").product == .keyspaces)
  }
}

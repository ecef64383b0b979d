import ConnectCore
import Testing

@testable import RedisDriver

/// What servers say of themselves, shortened.
@Suite("Redis and what speaks its protocol")
struct FactsTests {
  private static func hello(_ server: String, _ version: String, mode: String = "standalone") -> RedisReply {
    .array([
      .string("server"), .string(server), .string("version"), .string(version), .string("proto"), .integer(2),
      .string("mode"), .string(mode), .string("role"), .string("master"), .string("modules"), .array([]),
    ])
  }

  private func facts(_ hello: RedisReply, _ info: String = "", replication: String = "") -> RedisFacts {
    RedisFacts(hello: hello, server: .string(info), replication: .string(replication))
  }

  @Test("Redis, by INFO, by HELLO alone, or not at all")
  func redis() {
    let info =
      "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nexecutable:/opt/valkey/redis-server\r\n"
    #expect(
      facts(Self.hello("redis", "7.0.15"), info).identity
        == ServerIdentity(product: "Redis", version: "7.0.15"))
    #expect(
      facts(.error("ERR unknown"), info).identity == ServerIdentity(product: "Redis", version: "7.0.15"))
    let refused = RedisFacts(
      hello: Self.hello("redis", "7.0.15"), server: .error("NOPERM x"), replication: .null)
    #expect(refused.identity == ServerIdentity(product: "Redis", version: "7.0.15"))
    #expect(facts(.error("ERR x")).identity == nil)
  }

  @Test("The mode is named", arguments: ["cluster", "sentinel"])
  func modes(mode: String) {
    #expect(
      facts(Self.hello("redis", "7.0.15", mode: mode), "redis_version:7.0.15\nredis_mode:\(mode)\n").identity
        == ServerIdentity(product: "Redis (\(mode))", version: "7.0.15"))
    #expect(facts(Self.hello("redis", "7.0.15", mode: mode)).identity?.product == "Redis (\(mode))")
  }

  @Test(
    "Others",
    arguments: [
      (
        "redis", "server_name:valkey\r\nredis_version:7.2.4\r\nvalkey_version:8.0.1\r\nserver_mode:cluster",
        "Valkey (cluster)", "8.0.1"
      ),
      ("valkey", "", "Valkey", "7.2.4"),
      ("redis", "redis_version:6.3.4\r\nexecutable:/data/keydb-server", "KeyDB", "6.3.4"),
      ("redis", "redis_version:7.2.0\r\ndragonfly_version:df-v1.14.2", "Dragonfly", "1.14.2"),
      ("redis", "redis_version:7.2.5\r\ngarnet_version:1.0.50", "Garnet", "1.0.50"),
    ])
  func others(server: String, info: String, product: String, version: String) {
    #expect(
      facts(Self.hello(server, "7.2.4"), info).identity == ServerIdentity(product: product, version: version))
  }

  @Test("A replica takes no writes, unless it was told to")
  func replicas() {
    #expect(facts(.null, replication: "role:slave\r\nslave_read_only:1\r\n").isReadOnly)
    #expect(!facts(.null, replication: "role:slave\r\nslave_read_only:0\r\n").isReadOnly)
    #expect(!facts(.null, replication: "role:master\r\n").isReadOnly)
  }
}

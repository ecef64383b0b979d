package import ConnectCore
internal import Transport

/// Cassandra, ScyllaDB and what else speaks CQL's native protocol, which is spoken here without a library.
package struct CassandraDriver: Driver {
  package static let engines: [Engine] = [.cassandra]
  package static let rules: any DiagnosisRules = CassandraRules()

  /// There is none to be found or missed: the protocol is spoken by this program itself.
  package static func library() -> Result<DriverLibrary, MissingDriver> {
    .success(DriverLibrary(name: "CQL native protocol", version: "v3 to v5", path: "built in"))
  }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    DirectTest(target, deadline: deadline).run(.success(CassandraEngine()))
  }
}

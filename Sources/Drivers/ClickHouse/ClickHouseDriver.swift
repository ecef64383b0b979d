package import ConnectCore
internal import HTTP
internal import Transport

/// ClickHouse by its HTTP interface: the connection and its TLS are the program's own, HTTP is libcurl's.
package struct ClickHouseDriver: Driver {
  package static let engines: [Engine] = [.clickhouse]
  package static let rules: any DiagnosisRules = ClickHouseRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { LibCurl.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    let curl = target.until >= .auth ? LibCurl.shared.map(Optional.some) : .success(nil)
    return DirectTest(target, deadline: deadline).run(curl.map { ClickHouseEngine(curl: $0) })
  }
}

package import ConnectCore
internal import Transport

/// Redis, and what speaks its protocol: the wire and its TLS are the program's own, the protocol is hiredis'.
package struct RedisDriver: Driver {
  package static let engines: [Engine] = [.redis]
  package static let rules: any DiagnosisRules = RedisRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { Hiredis.shared.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    let hiredis = target.until >= .auth ? Hiredis.shared.map(Optional.some) : .success(nil)
    return DirectTest(target, deadline: deadline).run(hiredis.map { RedisEngine(hiredis: $0) })
  }
}

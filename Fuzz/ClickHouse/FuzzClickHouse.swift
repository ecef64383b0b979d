import HTTP

@testable import ClickHouseDriver
@testable import ConnectCore

/// Any bytes as an answer of HTTP, as what answers /ping, and as an error.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzClickHouse(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  let text = String(decoding: bytes, as: UTF8.self)
  let status = 200 + Int(bytes.first ?? 0) * 2
  let target = ConnectionTarget(
    engine: .clickhouse, hosts: [HostPort(host: "h", port: 1)], ssl: SSLSettings(mode: .disabled))
  for headers in [[], [(name: "location", value: text), (name: "x-clickhouse-exception-code", value: text)]] {
    let response = HTTPResponse(status: status, headers: headers, body: bytes)
    let reply = ClickHouseReply(response, to: .identity)
    if case .row(let values) = reply {
      precondition(status == 200 && values.count == 3)
      _ = ClickHouseQuery.identity.identity(values).session(asked: "tester")
    }
    let failure = ConnectionFailure(stage: .auth, event: .serverReported, error: reply.error)
    _ = ClickHouseRules().finding(for: failure, target: target)
  }
  let pasted = ConnectionFailure(
    stage: .auth, event: .serverReported, error: ServerError(text: text, origin: .server))
  _ = ClickHouseRules().finding(for: pasted, target: target)

  let greeting = ClickHouseGreeting(bytes: bytes)
  precondition(!greeting.isClickHouse || greeting.isComplete)
  _ = greeting.greeting
  let login = ClickHouseLogin(user: text, password: Secret(text))
  precondition(login != nil || text.contains(":"))
  precondition(text.queryEscaped.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != 38 && $0 != 35 })
  return 0
}

@testable import ConnectCore
@testable import RedisDriver

/// Any bytes as replies, whole and in pieces, and as what a server says of itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRedis(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  guard case .success(let hiredis) = Hiredis.shared else { fatalError("hiredis is not installed") }
  let whole = looks(at: [bytes], hiredis)
  // How the bytes were cut into pieces makes no difference.
  precondition(whole == looks(at: bytes.map { [$0] }, hiredis))

  let greeting = RedisGreeting(bytes: bytes)
  precondition(!greeting.isForeign || greeting.isComplete)
  let text = String(decoding: bytes, as: UTF8.self)
  _ = RedisErrors.error(text)
  let failure = ConnectionFailure(stage: .auth, event: .serverReported, error: RedisErrors.error(text))
  let target = ConnectionTarget(
    engine: .redis, hosts: [HostPort(host: "h", port: 1)], ssl: SSLSettings(mode: .disabled))
  _ = RedisRules().finding(for: failure, target: target)
  let facts = RedisFacts(hello: whole.first ?? .null, server: .string(text), replication: .string(text))
  _ = (facts.identity, facts.isReadOnly)
  return 0
}

private func looks(at pieces: [[UInt8]], _ hiredis: Hiredis) -> [RedisReply] {
  guard let reader = RedisReplyReader(hiredis) else { fatalError("no memory") }
  var replies: [RedisReply] = []
  for piece in pieces {
    guard reader.feed(piece) else { return replies }
    while case .reply(let reply) = reader.next() { replies.append(reply) }
  }
  return replies
}

@testable import ConnectCore
@testable import MySQLDriver

/// Any bytes as a server's first packet, whole and in pieces, and as what it says of itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMySQL(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  let packet = MySQLFirstPacket(bytes)
  precondition(MySQLFirstPacket.surplus(of: bytes).count <= bytes.count)
  // How the bytes were cut into pieces makes no difference.
  var wire = MySQLWire()
  for byte in bytes { wire.read([byte]) }
  precondition((wire.packet == .incomplete) == (packet == .incomplete))
  wire.tlsAnswer = bytes
  _ = wire.tlsAnswerGoesOn
  _ = wire.requestedPlugin
  _ = wire.errorInsteadOfTLS

  let text = String(decoding: bytes, as: UTF8.self)
  let before = "Received error packet before completion of TLS handshake. cannot be verified: "
  for words in [text, before + text, "TLS/SSL error: " + text, text + "system error: " + text, text + "(9)"] {
    let error = MySQLErrors.error(2_002, words, sqlState: nil)
    _ = MySQLErrors.event(of: error, cut: nil)
    _ = MySQLErrors.openSSLReason(in: words)
  }
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  let variables = Dictionary(
    zip(["version", "version_comment", "aurora_version"], lines), uniquingKeysWith: { first, _ in first })
  _ = ServerIdentity(greeting: wire.greeting, variables: variables)
  _ = MySQLSessionQueries.days(
    changed: lines.first, lifetime: lines.dropFirst().first, standard: lines.last, now: text)
  return 0
}

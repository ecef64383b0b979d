@testable import PostgreSQLDriver

/// Any bytes as a server's first answers, and as what libpq says of them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAnswers(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  var rest = bytes
  reading: while true {
    switch PostgreSQLMessages.answer(rest) {
    case .goesOn(let length):
      precondition(length > 0 && length <= rest.count)
      rest.removeFirst(length)
    case .authentication, .error, .foreign, .incomplete: break reading
    }
  }
  let text = String(decoding: bytes, as: UTF8.self)
  for message in [
    text, "connection to server at \"h\" (1.2.3.4), port 1 failed: " + text, "FATAL:  28000: " + text,
  ] {
    _ = PostgreSQLErrors.error(message: message)
    _ = PostgreSQLErrors.openSSLReason(in: message)
  }
  return 0
}

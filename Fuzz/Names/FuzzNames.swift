@testable import Transport

/// Any bytes as a name server's answer.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNames(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  let message = DNSMessage(bytes)
  for service in message?.services ?? [] { precondition(service.target.utf8.count <= 1_024) }
  return 0
}

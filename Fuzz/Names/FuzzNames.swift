@testable import Transport

/// Any bytes as a name server's answer: a server's name has nothing that a host's name has not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNames(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  let message = DNSMessage(bytes)
  for service in message?.services ?? [] {
    precondition(service.target.utf8.count <= 1_024)
    precondition(
      service.target.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_.".unicodeScalars.contains($0))
      })
  }
  return 0
}

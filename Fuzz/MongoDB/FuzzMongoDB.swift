@testable import MongoDBDriver

/// Any bytes as what a server says, in two pieces: what is passed on is the beginning of it, in whole messages.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMongoDB(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  _ = BSONDocument(bytes)
  let cut = bytes.first.map { min(Int($0), count) } ?? 0
  var wire = MongoWire()
  let passed = wire.read(Array(bytes[..<cut])) + wire.read(Array(bytes[cut...]))
  wire.end()
  precondition(bytes.starts(with: passed))
  precondition(passed.isEmpty == (wire.messages == 0))
  precondition(wire.stranger == nil || passed.isEmpty)
  return 0
}

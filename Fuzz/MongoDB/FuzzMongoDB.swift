@testable import MongoDBDriver

/// Any bytes as what a server says to a hello and a login, in two pieces: what is shown to libmongoc is whole answers to
/// these, and being shown changes nothing about them any more.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMongoDB(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  if let document = BSONDocument(bytes) { precondition(BSONDocument(document.bytes) != nil) }
  _ = MongoQuestion(bytes[...])
  if let name = MemberName(String(decoding: bytes, as: UTF8.self)) {
    precondition(!name.host.hasPrefix("/") && !name.host.utf8.contains(0) && name.port > 0)
  }
  let cut = bytes.first.map { min(Int($0), count) } ?? 0
  // The second is an OP_MSG with a command of no name that can be read: what is asked decides what is looked at.
  let questions = MongoEngine.hello + [16, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0xDD, 7, 0, 0]
  var wire = MongoWire()
  wire.ask(questions)
  let first = wire.read(Array(bytes[..<cut]))
  let shown = first + wire.read(Array(bytes[cut...]))
  wire.end()
  precondition(wire.messages <= 2)
  precondition(shown.isEmpty || wire.messages > 0)
  precondition(wire.stranger == nil || shown.isEmpty)
  var again = MongoWire()
  again.ask(questions)
  precondition(again.read(shown) == shown && again.fault == nil && again.stranger == nil)
  return 0
}

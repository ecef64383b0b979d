import HTTP

@testable import EtcdDriver

/// Any bytes as what a server of gRPC's sends: bodies, messages of etcd's, and texts of errors.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzEtcd(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  if let fields = try? ProtobufReader.fields(of: bytes) {
    precondition(fields.allSatisfy { ($0.bytes?.count ?? 0) < bytes.count })
    // A field of its own holds the whole message.
    var writer = ProtobufWriter()
    let text = String(decoding: bytes, as: UTF8.self)
    writer.put(text, field: 7)
    let read = try? ProtobufReader.fields(of: writer.bytes)
    precondition(read?.map(\.text) == (text.isEmpty ? [] : [text]))
  }
  _ = try? EtcdStatus(bytes)
  _ = try? EtcdLoginAnswer.token(bytes)
  _ = try? EtcdMembers(bytes)
  precondition(GRPC.unframed(GRPC.framed(bytes)) == bytes)
  if let message = GRPC.unframed(bytes) { precondition(GRPC.framed(message) == bytes) }
  let text = String(decoding: bytes, as: UTF8.self)
  let decoded = GRPC.percentDecoded(text)
  precondition(decoded.utf8.count <= text.utf8.count * 3)
  _ = GRPC.answer(
    HTTPResponse(
      status: 200, headers: [("content-type", "application/grpc")], body: bytes,
      trailers: [("grpc-status", String(text.prefix(3))), ("grpc-message", text)]))
  return 0
}

internal import ConnectCore
internal import HTTP
internal import Transport

/// Calls of etcd's API over one connection.
///
/// gRPC is its one way for everything: the JSON gateway beside it refuses whoever shows a client certificate that
/// names somebody, as soon as authentication is on.
final class EtcdDialogue<Wire: HTTPWire> {
  /// Stands for the login, once there was one.
  var token: String?
  private let wire: Wire
  private let client: HTTPClient<Wire>

  init(over wire: Wire, _ curl: LibCurl) throws(Wire.Failure) {
    self.wire = wire
    client = try HTTPClient(over: wire, curl, version: .http2)
  }

  /// How a call ended; an error of gRPC's is an answer too.
  func call(_ request: EtcdRequest) throws(Wire.Failure) -> Result<[UInt8], GRPCError> {
    // A member without a leader would wait for one (rpctypes.MetadataRequireLeaderKey).
    let metadata: [HTTPHeader] = [("hasleader", "true")] + (token.map { [("token", $0)] } ?? [])
    let sent = GRPC.request(
      path: request.path, message: request.message, metadata: request == .status ? [] : metadata)
    let response = try client.send(sent)
    switch GRPC.answer(response) {
    case .message(let message): return .success(message)
    case .error(let error): return .failure(error)
    case .foreign: throw wire.failure(EtcdErrors.foreign, HTTPEvidence.error(response))
    case .malformed: throw wire.failure(EtcdErrors.malformed, nil)
    }
  }

  /// Who the member is. Nobody else has this method, so its absence tells another server of gRPC's.
  func status() throws(Wire.Failure) -> EtcdStatus {
    switch try call(.status) {
    case .success(let message):
      let status = try read { () throws(ProtobufReader.Malformed) in try EtcdStatus(message) }
      guard !status.version.isEmpty else { throw stranger(nil) }
      return status
    case .failure(let error) where error.code == GRPCError.unimplemented: throw stranger(error)
    case .failure(let error): throw wire.failure(.serverReported, EtcdErrors.error(error))
    }
  }

  /// Reads an answer.
  func read<Value>(
    _ reading: () throws(ProtobufReader.Malformed) -> Value
  ) throws(Wire.Failure) -> Value {
    do {
      return try reading()
    } catch {
      throw wire.failure(EtcdErrors.malformed, nil)
    }
  }

  private func stranger(_ error: GRPCError?) -> Wire.Failure {
    wire.failure(
      .foreignAnswer(ForeignAnswer(protocolName: "gRPC", bytes: [])), error.map(EtcdErrors.error))
  }
}

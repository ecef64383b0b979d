internal import ConnectCore
internal import Transport

/// How a server of MongoDB's is asked without a login.
struct MongoEngine: DirectEngine {
  /// hello in the form that servers of every version take: OP_QUERY on `admin.$cmd` (MongoDB's specification
  /// "MongoDB Handshake").
  static let hello: [UInt8] = {
    let document = MongoCommand.document(["isMaster"], true: ["helloOk"])
    let body: [UInt8] =
      [4, 0, 0, 0] + Array("admin.$cmd".utf8) + [0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF] + document
    let length = UInt8(body.count + 16)
    return [length, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xD4, 0x07, 0, 0] + body
  }()

  func greet(over stream: any ByteStream, deadline: Deadline) throws(StreamFailure) -> DirectGreeting {
    try stream.write(Self.hello, deadline: deadline)
    var wire = MongoWire()
    wire.ask(Self.hello)
    while wire.messages == 0, wire.stranger == nil {
      do throws(StreamFailure) {
        _ = wire.read(try stream.read(atMost: 4_096, deadline: deadline))
      } catch {
        wire.end()
        guard wire.stranger != nil else { throw error }
      }
    }
    return wire.stranger.map { .foreign($0) } ?? .engine
  }

  /// Logins are libmongoc's (`MongoTest`).
  func converse(over connection: DirectConnection) throws(ConnectionFailure) -> Session { Session() }
}

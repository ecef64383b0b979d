import ConnectCore
import Foundation
import Testing

@testable import Transport

/// Who is let in at the door that a library of this process is meant for.
@Suite struct LoopbackDoorTests {
  /// Another program that connects, and tells what it hears: `closed`, or the bytes.
  func stranger(_ port: UInt16) throws -> (process: Process, output: Pipe) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let script = """
      import socket, sys
      try:
          s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
      except OSError as error:
          sys.exit(print("refused"))
      s.settimeout(5)
      print("connected", flush=True)
      try:
          data = s.recv(100)
      except ConnectionResetError:
          data = b""
      print(data.decode() or "closed")
      """
    process.arguments = ["python3", "-c", script, String(port)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    return (process, pipe)
  }

  func wasHeard(by stranger: (process: Process, output: Pipe)) -> String {
    stranger.process.waitUntilExit()
    return String(decoding: stranger.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  func knock(_ door: LoopbackDoor) throws -> PlainSocket {
    let found = NameResolver.addresses(
      of: "127.0.0.1", port: door.port, family: .any, deadline: Deadline(seconds: 2))
    let address = try #require(try found.get().first)
    return try PlainSocket.connected(to: address, deadline: Deadline(seconds: 2))
  }

  /// A port that is given back could be taken by another program, and the library would talk to that.
  @Test func aShutDoorKeepsItsPort() throws {
    let door = try #require(LoopbackDoor())
    let number = door.port
    func bindsFromOutside() throws -> Bool {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      let script = """
        import socket, sys
        for reuse in (0, 1):
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, reuse)
            try:
                s.bind(("127.0.0.1", int(sys.argv[1])))
                sys.exit(1)
            except OSError:
                pass
        """
      process.arguments = ["python3", "-c", script, String(number)]
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus != 0
    }
    #expect(try !bindsFromOutside())
    door.shut()
    #expect(try !bindsFromOutside())
    withExtendedLifetime(door) {}
  }

  @Test func aStrangerIsSentAwayAndWeAreLetIn() throws {
    let door = try #require(LoopbackDoor())
    let other = try stranger(door.port)
    #expect(wait(for: Int16(POLLIN), on: door.descriptor, until: Deadline(seconds: 5)) != 0)
    #expect(door.letIn() == nil)
    #expect(wasHeard(by: other) == "connected\nclosed\n")

    let own = try knock(door)
    #expect(wait(for: Int16(POLLIN), on: door.descriptor, until: Deadline(seconds: 5)) != 0)
    let inside = try #require(door.letIn())
    try own.write(Array("hello".utf8), deadline: Deadline(seconds: 1))
    #expect(try inside.read(exactly: 5, deadline: Deadline(seconds: 1)) == Array("hello".utf8))
  }

  /// Afterwards nobody gets in any more, and nobody else gets the port.
  @Test func theDoorIsShutAfterwards() throws {
    let door = try #require(LoopbackDoor())
    let own = try knock(door)
    _ = wait(for: Int16(POLLIN), on: door.descriptor, until: Deadline(seconds: 5))
    let inside = try #require(door.letIn())
    #expect(try wasHeard(by: stranger(door.port)) == "refused\n")
    withExtendedLifetime((own, inside)) {}
  }

  /// A stranger that was there first takes nobody's place.
  @Test func ourOwnConnectionBehindAStrangers() throws {
    let door = try #require(LoopbackDoor())
    let others = try (0..<3).map { _ in try stranger(door.port) }
    usleep(300_000)
    let own = try knock(door)
    var inside: PlainSocket?
    let deadline = Deadline(seconds: 5)
    while inside == nil, !deadline.hasPassed {
      _ = wait(for: Int16(POLLIN), on: door.descriptor, until: deadline)
      inside = door.letIn()
    }
    #expect(inside != nil)
    for other in others { #expect(["connected\nclosed\n", "refused\n"].contains(wasHeard(by: other))) }
    withExtendedLifetime(own) {}
  }
}

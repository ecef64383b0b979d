import ConnectCore
import Testing

@testable import Transport

/// What the test of engines without negotiation decides without a socket.
@Suite struct DirectTests {
  private func failure(
    _ stage: ConnectionStage, _ event: FailureEvent, credentialsRequested: Bool = false
  ) -> ConnectionFailure {
    ConnectionFailure(stage: stage, event: event, credentialsRequested: credentialsRequested)
  }

  @Test func theNextHostHasItsTurnBeforeTheLogin() {
    for event in [FailureEvent.closed, .reset(errno: 104), .timedOut] {
      #expect(DirectTest.triesNextHost(after: failure(.tls, event)))
      #expect(DirectTest.triesNextHost(after: failure(.auth, event)))
      #expect(!DirectTest.triesNextHost(after: failure(.auth, event, credentialsRequested: true)))
    }
    #expect(DirectTest.triesNextHost(after: failure(.resolve, .nameNotResolved("no"))))
    #expect(DirectTest.triesNextHost(after: failure(.connect, .refused(errno: 111))))
    let final: [FailureEvent] = [
      .serverReported, .certificateRefused, .foreignAnswer(ForeignAnswer(protocolName: nil, bytes: [])),
    ]
    for event in final { #expect(!DirectTest.triesNextHost(after: failure(.auth, event))) }
  }

  @Test func timesWhenAStageEndsBadlyAfterAll() {
    let stages = [
      StageTiming(stage: .connect, milliseconds: 1, ok: true),
      StageTiming(stage: .tls, milliseconds: 2, ok: true),
      StageTiming(stage: .auth, milliseconds: 4, ok: false),
    ]
    let ended = [stages[0], StageTiming(stage: .tls, milliseconds: 6, ok: false)]
    #expect(stages.endingBadly(at: .tls) == ended)
    #expect([stages[0]].endingBadly(at: .tls) == [stages[0]])
  }

  @Test func unixSocketsHaveAddresses() throws {
    let address = try #require(SocketAddress(unixSocket: "/run/redis.sock"))
    #expect(address.description == "/run/redis.sock" && address.family == AF_UNIX)
    address.withSockaddr { start, _ in #expect(Int32(start.pointee.sa_family) == AF_UNIX) }
    // sun_path holds 108 bytes on Linux and 104 on macOS, and ends with a zero.
    #expect(SocketAddress(unixSocket: "/" + String(repeating: "x", count: 102)) != nil)
    #expect(SocketAddress(unixSocket: "/" + String(repeating: "x", count: 108)) == nil)
  }
}

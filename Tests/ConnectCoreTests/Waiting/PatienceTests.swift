import ConnectCore
import Testing

/// Which failures `--wait` waits out.
@Suite("Patience") struct PatienceTests {
  private func failure(_ stage: ConnectionStage, credentialsRequested: Bool = false) -> ConnectionFailure {
    ConnectionFailure(stage: stage, event: .closed, credentialsRequested: credentialsRequested)
  }

  @Test("Seven causes may pass, as the contract lists them")
  func causes() {
    let passing: Set<Cause> = [
      .connectionRefused, .networkUnreachable, .nameResolutionFailed, .timedOut, .serverNotReady,
      .tooManyConnections, .connectionLost,
    ]
    for cause in Cause.allCases {
      #expect(Patience.mayPass(cause, after: failure(.connect)) == passing.contains(cause), "\(cause)")
    }
  }

  @Test("A lost connection may pass only before the login")
  func lostConnections() {
    for stage in [ConnectionStage.connect, .tls, .auth] {
      #expect(Patience.mayPass(.connectionLost, after: failure(stage)))
    }
    #expect(!Patience.mayPass(.connectionLost, after: failure(.auth, credentialsRequested: true)))
    #expect(!Patience.mayPass(.connectionLost, after: failure(.query)))
  }

  @Test("Too many connections is said after the password was asked for, and may pass all the same")
  func afterTheLogin() {
    #expect(Patience.mayPass(.tooManyConnections, after: failure(.auth, credentialsRequested: true)))
    #expect(!Patience.mayPass(.authenticationFailed, after: failure(.auth, credentialsRequested: true)))
  }
}

import ConnectCore
import Testing

@testable import Transport

/// Races between connections that exist only on paper.
@Suite struct ConnectionRaceTests {
  final class Runner: PendingConnection {
    let decision: PendingState
    let decidesAfter: Duration
    let begun = ContinuousClock.now
    private(set) var abandoned = false
    private let pipeEnd: Int32

    init(_ decision: PendingState, after delay: Duration = .zero) {
      self.decision = decision
      decidesAfter = delay
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      // A pipe's writing end is always ready, so that every runner is asked at once and again.
      pipeEnd = ends[1]
      close(ends[0])
    }

    var descriptor: Int32 { abandoned ? -1 : pipeEnd }
    func advance() -> PendingState {
      begun.duration(to: .now) < decidesAfter ? .pending(events: Int16(POLLOUT)) : decision
    }
    func abandon() { abandoned = true }
    deinit { close(pipeEnd) }
  }

  private func addresses(_ texts: String...) -> [SocketAddress] {
    texts.compactMap { text in
      guard
        case .success(let found) = NameResolver.addresses(
          of: text, port: 1, family: .any, deadline: Deadline(seconds: 1))
      else { return nil }
      return found.first
    }
  }

  @Test func theFirstThatAnswersWins() {
    let result = ConnectionRace<Runner>.run(addresses("::1", "127.0.0.1"), deadline: Deadline(seconds: 2)) {
      $0.family == AF_INET6 ? Runner(.connected, after: .seconds(60)) : Runner(.connected)
    }
    #expect(result.winner?.address.numericHost == "127.0.0.1")
    #expect(result.entries.count == 2)
  }

  @Test func aFailureStartsTheNextAtOnce() {
    let begun = ContinuousClock.now
    let result = ConnectionRace<Runner>.run(addresses("::1", "127.0.0.1"), deadline: Deadline(seconds: 2)) {
      $0.family == AF_INET6 ? Runner(.failed(.unreachable(errno: ENETUNREACH), nil)) : Runner(.connected)
    }
    #expect(result.winner?.address.numericHost == "127.0.0.1")
    #expect(begun.duration(to: .now) < .milliseconds(200))
  }

  @Test func theDeadlineEndsIt() {
    let begun = ContinuousClock.now
    let result = ConnectionRace<Runner>.run(addresses("::1", "127.0.0.1"), deadline: Deadline(seconds: 0.4)) {
      _ in
      Runner(.connected, after: .seconds(60))
    }
    #expect(result.winner == nil)
    #expect(result.failure.event == .timedOut)
    #expect(result.entries.count == 2)
    #expect(begun.duration(to: .now) < .milliseconds(600))
  }

  @Test func theFailureThatSaysMostStandsForAll() {
    let result = ConnectionRace<Runner>.run(addresses("::1", "127.0.0.1"), deadline: Deadline(seconds: 2)) {
      Runner(
        .failed($0.family == AF_INET6 ? .unreachable(errno: ENETUNREACH) : .refused(errno: ECONNREFUSED), nil)
      )
    }
    #expect(result.failure.event == .refused(errno: ECONNREFUSED))
  }

  @Test func familiesTakeTurns() {
    let turns = NameResolver.takingTurns(addresses("::1", "::2", "127.0.0.1", "127.0.0.2", "127.0.0.3"))
    #expect(turns.map(\.numericHost) == ["::1", "127.0.0.1", "::2", "127.0.0.2", "127.0.0.3"])
  }
}

@Suite struct AbandonableTests {
  @Test func aResultInTimeIsReturned() {
    #expect(abandonable(until: Deadline(seconds: 2)) { 7 } == 7)
  }

  @Test func workThatHangsIsNotWaitedFor() {
    let begun = ContinuousClock.now
    #expect(
      abandonable(until: Deadline(seconds: 0.2)) { () -> Int in
        sleep(3)
        return 7
      } == nil)
    #expect(begun.duration(to: .now) < .milliseconds(500))
  }
}

/// The steps of a connection, in their order.
package enum ConnectionStage: String, CaseIterable, Codable, Comparable, Sendable {
  /// The host's name becomes addresses.
  case resolve
  /// A TCP connection (or a Unix socket).
  case connect
  /// From asking for TLS to the end of the handshake.
  case tls
  /// From the first message that names the user to the server's consent.
  case auth
  /// One round trip that proves that the session works.
  case query

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// How long one stage took, and whether it came to its end.
package struct StageTiming: Codable, Equatable, Sendable {
  package var stage: ConnectionStage
  package var milliseconds: Double
  package var ok: Bool

  package init(stage: ConnectionStage, milliseconds: Double, ok: Bool) {
    self.stage = stage
    self.milliseconds = milliseconds
    self.ok = ok
  }
}

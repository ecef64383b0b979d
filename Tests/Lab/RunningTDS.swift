import Foundation

/// A fake SQL Server that was started. It lives as long as the test process.
public struct RunningFakeTDS: Decodable, Sendable {
  private struct Wanted: Encodable {
    var pki: String
    var server: FakeTDS
  }
  private struct Question: Encodable {
    var key: Int
    var patience: Double
  }

  static let helper = Result { try Helper("tds.py") }

  /// The port, the same on all addresses.
  public let port: Int
  private let key: Int

  init(_ server: FakeTDS) throws {
    self = try Self.helper.get().ask("serve", Wanted(pki: Lab.pki, server: server), for: Self.self)
  }

  /// Every connection so far, in their order, once all have ended; or, after so many seconds, as they are.
  public func received(patience: Double = 3) throws -> [TDSConnection] {
    try Self.helper.get().ask(
      "received", Question(key: key, patience: patience), for: [TDSConnection].self)
  }
}

extension FakeTDS {
  /// Starts one that no other test shares.
  public func start() throws -> RunningFakeTDS { try RunningFakeTDS(self) }
}

extension Lab {
  private static let fakes = FakeRegistry()

  /// The fake SQL Server of that description: started when it is first asked for, then shared by all tests.
  public static func start(sqlserver server: FakeTDS) throws -> RunningFakeTDS { try fakes.server(server) }
}

private final class FakeRegistry: @unchecked Sendable {
  private let lock = NSLock()
  private var servers: [FakeTDS: RunningFakeTDS] = [:]

  func server(_ description: FakeTDS) throws -> RunningFakeTDS {
    try lock.withLock {
      if let server = servers[description] { return server }
      let server = try description.start()
      servers[description] = server
      return server
    }
  }
}

import Foundation

/// The program's JSON, as far as tests look at it.
struct Report: Decodable {
  struct SSL: Decodable {
    var requested: String?
    var encrypted: Bool?
    var fallback: Bool
    var verified: String
  }
  struct Server: Decodable {
    var product: String
    var version: String
    var details: [String]?
  }
  struct TLS: Decodable {
    struct Certificate: Decodable {
      var subject: String
      var names: [String]
      var selfSigned: Bool
    }
    var version: String?
    var serverName: String?
    var certificates: [Certificate]
  }
  struct Attempt: Decodable {
    var address: String
    var mode: String
    var cause: String?
  }
  struct Stage: Decodable {
    var name: String
    var ok: Bool
  }
  struct Diagnosis: Decodable {
    var cause: String
    var exitCode: Int32
    var stage: String
    var message: String
    var suggestion: String
    var recommendedMode: String?
    var notes: [String]
    var serverResponse: String?
    var nativeCode: String?
    var sqlState: String?
  }

  var schema: String
  var ok: Bool
  var engine: String
  var host: String?
  var port: Int?
  var address: String?
  var database: String?
  var user: String?
  var ssl: SSL
  var server: Server?
  var tls: TLS?
  var attempts: [Attempt]
  var stages: [Stage]
  var elapsedMs: Double
  var warnings: [String]
  var tries: Int?
  var expected: String?
  var asExpected: Bool?
  var diagnosis: Diagnosis?

  /// The report that a run wrote, or nil if it wrote something else.
  init?(_ output: String) {
    guard let report = try? JSONDecoder().decode(Report.self, from: Data(output.utf8)) else { return nil }
    self = report
  }
}

import ConnectCore
import Foundation
import Testing

@Suite("The JSON report")
struct JSONReportTests {
  @Test("A success has every key of the contract, in its order")
  func success() throws {
    let report = Samples.report(Samples.connected(), Samples.target(.verifyIdentity))
    let json = report.json(showCertificates: false)
    #expect(
      json == #"""
        {"schema":"tablepro-connect/1","ok":true,"engine":"postgres","host":"db.example.com","port":5432,\#
        "address":"192.0.2.7:5432","database":"shop","user":"alice",\#
        "sources":{"engine":"option","host":"url","mode":"env:PGSSLMODE"},\#
        "ssl":{"requested":"verify-identity","encrypted":true,"fallback":false,"verified":"identity"},\#
        "server":{"product":"PostgreSQL","version":"15.8"},\#
        "tls":{"version":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384","serverName":"db.example.com",\#
        "clientCertificateRequested":false,"certificates":[{"subject":"CN=db.internal","issuer":"CN=Example CA",\#
        "names":["db.example.com"],"notBefore":"2026-08-31T12:00:00Z","notAfter":"2027-03-20T12:00:00Z",\#
        "sha256":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","selfSigned":false,\#
        "keyType":"EC","keyBits":256,"signatureAlgorithm":"ecdsa-with-SHA256"}]},\#
        "attempts":[{"address":"192.0.2.7:5432","mode":"verify-identity","cause":null,"ms":12.346}],\#
        "stages":[{"name":"resolve","ms":0.5,"ok":true},{"name":"connect","ms":1.25,"ok":true},\#
        {"name":"tls","ms":4,"ok":true},{"name":"auth","ms":6.04,"ok":true},{"name":"query","ms":0.3,"ok":true}],\#
        "elapsedMs":12.345,"warnings":[],"diagnosis":null}
        """#)
    #expect(try JSONSchema.ofReports().problems(in: json) == [])
  }

  @Test("A failure has its diagnosis, with nulls where nothing is known")
  func failure() throws {
    let observation = Samples.failed(.refused(errno: 111), at: .connect) { $0.address = nil }
    let target = Samples.target {
      $0.user = nil
      $0.database = nil
    }
    let json = Samples.report(observation, target, expected: .failure(.connectionRefused)).json(
      showCertificates: false)
    for part in [
      #""ok":false"#, #""address":null,"database":null,"user":null"#, #""encrypted":null"#,
      #""server":null,"tls":null"#,
      #""expected":"connection-refused","asExpected":true,"diagnosis":{"cause":"connection-refused","exitCode":11,"stage":"connect","message":""#,
      #""recommendedMode":null"#, #""serverResponse":null,"nativeCode":null,"sqlState":null}}"#,
    ] {
      #expect(json.contains(part))
    }
    #expect(try JSONSchema.ofReports().problems(in: json) == [])
  }

  @Test("The evidence stands in the diagnosis")
  func evidence() throws {
    let error = ServerError(
      text: "no \"entry\"\nDETAIL: x/y\n", sqlState: "28000", nativeCode: "18456", origin: .server)
    let json = Samples.report(Samples.failed(.serverReported, at: .auth, error: error), Samples.target())
      .json(showCertificates: false)
    #expect(
      json.contains(
        #""serverResponse":"no \"entry\"\nDETAIL: x/y","nativeCode":"18456","sqlState":"28000""#))
    #expect(!json.contains("\n"))
    #expect(try JSONSchema.ofReports().problems(in: json) == [])
  }

  @Test("The PEM form is there only if it was asked for")
  func certificates() throws {
    let report = Samples.report(Samples.connected(), Samples.target(.verifyIdentity))
    let json = report.json(showCertificates: true)
    #expect(json.contains(#""pem":"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"}]"#))
    #expect(try JSONSchema.ofReports().problems(in: json) == [])
  }

  @Test("Every cause in every mode is valid", arguments: Cause.allCases)
  func everyCause(cause: Cause) throws {
    let schema = try JSONSchema.ofReports()
    for mode in SSLMode.allCases {
      let observation = Samples.failed(.serverReported, at: .auth)
      let report = Samples.report(
        observation, Samples.target(mode), rules: FixedRules(cause), expected: .failure(cause))
      #expect(schema.problems(in: report.json(showCertificates: true)) == [])
    }
  }

  @Test(
    "The schema refuses what is not a report",
    arguments: [
      ("\"ok\":true", "\"ok\":false"), ("\"port\":5432", "\"port\":\"5432\""), ("\"user\":\"alice\",", ""),
      ("\"warnings\":[]", "\"warnings\":[],\"extra\":1"), ("\"fallback\":false", "\"fallback\":null"),
      ("\"verified\":\"identity\"", "\"verified\":\"full\""), ("env:PGSSLMODE", "nowhere"),
      ("\"warnings\":[]", "\"warnings\":[],\"expected\":\"connected\""),
      ("tablepro-connect/1", "tablepro-connect/2"),
      ("\"keyBits\":256", "\"keyBits\":256.5"), ("2026-08-31T12:00:00Z", "2026-08-31"),
    ])
  func strict(valid: String, invalid: String) throws {
    let json = Samples.report(Samples.connected(), Samples.target(.verifyIdentity)).json(
      showCertificates: false)
    #expect(json.contains(valid))
    #expect(try !JSONSchema.ofReports().problems(in: json.replacing(valid, with: invalid)).isEmpty)
  }

  @Test("The schema lists what the tables hold")
  func tables() throws {
    let definitions = try JSONSchema.ofReports().root["$defs"] as? [String: [String: Any]]
    #expect(definitions?["cause"]?["enum"] as? [String] == Cause.allCases.map(\.rawValue))
    #expect(definitions?["mode"]?["enum"] as? [String] == SSLMode.allCases.map(\.rawValue))
    #expect(definitions?["stage"]?["enum"] as? [String] == ConnectionStage.allCases.map(\.rawValue))
    let diagnosis = definitions?["diagnosis"]?["properties"] as? [String: [String: Any]]
    #expect(
      diagnosis?["exitCode"]?["enum"] as? [Int] == Set(Cause.allCases.map { Int($0.exitCode) }).sorted())
  }

  @Test("A report survives its way from a worker process")
  func codable() throws {
    let tls = Samples.tls(.verifyCA, faults: [Samples.fault(20)])
    let report = Samples.report(
      Samples.failed(.certificateRefused, tls: tls), Samples.target(.verifyCA), expected: .connected)
    let copy = try JSONDecoder().decode(Report.self, from: JSONEncoder().encode(report))
    #expect(copy.json(showCertificates: true) == report.json(showCertificates: true))
    #expect(copy.text(TextStyle(verbose: true)) == report.text(TextStyle(verbose: true)))
  }
}

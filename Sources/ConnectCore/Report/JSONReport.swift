#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

extension Report {
  /// The report as one JSON object on one line, by `docs/report.schema.json`.
  ///
  /// With `showCertificates` each certificate has its PEM form.
  package func json(showCertificates: Bool) -> String {
    jsonValue(showCertificates: showCertificates).rendered
  }

  /// The object, for those that add keys to it.
  package func jsonValue(showCertificates: Bool) -> JSONText {
    var members: [(key: String, value: JSONText)] = [
      ("schema", .string("tablepro-connect/1")),
      ("ok", .bool(ok)),
      ("engine", .string(engine.rawValue)),
      ("host", .optional(host)),
      ("port", port.map { .integer(Int($0)) } ?? .null),
      ("address", .optional(address)),
      ("database", .optional(database)),
      ("user", .optional(user)),
      (
        "sources",
        .object([
          ("engine", .string(sources.engine)), ("host", .string(sources.host)),
          ("mode", .string(sources.mode)),
        ])
      ),
      ("ssl", ssl.json),
      ("server", server.map(\.json) ?? .null),
      ("tls", tls.map { $0.json(showCertificates: showCertificates) } ?? .null),
      ("attempts", .array(attempts.map(\.json))),
      ("stages", .array(stages.map(\.json))),
      ("elapsedMs", .decimal(elapsedMilliseconds)),
      ("warnings", .strings(warnings)),
    ]
    if let tries { members.append(("tries", .integer(tries))) }
    if let expected, let asExpected {
      members += [("expected", .string(expected.name)), ("asExpected", .bool(asExpected))]
    }
    members.append(("diagnosis", diagnosis?.json ?? .null))
    return .object(members)
  }
}

extension Report.SSL {
  fileprivate var json: JSONText {
    .object([
      ("requested", .optional(requested?.rawValue)), ("encrypted", .optional(encrypted)),
      ("fallback", .bool(fallback)), ("verified", .string(verified.rawValue)),
    ])
  }
}

extension Report.TLS {
  fileprivate func json(showCertificates: Bool) -> JSONText {
    .object([
      ("version", .optional(version)), ("cipher", .optional(cipher)), ("serverName", .optional(serverName)),
      ("clientCertificateRequested", .bool(clientCertificateRequested)),
      ("certificates", .array(certificates.map { $0.json(withPEM: showCertificates) })),
    ])
  }
}

extension CertificateReport {
  fileprivate func json(withPEM: Bool) -> JSONText {
    let members: [(key: String, value: JSONText)] = [
      ("subject", .string(subject)), ("issuer", .string(issuer)), ("names", .strings(names)),
      ("notBefore", .string(notBefore.ISO8601Format())), ("notAfter", .string(notAfter.ISO8601Format())),
      ("sha256", .string(sha256)), ("selfSigned", .bool(selfSigned)), ("keyType", .string(keyType)),
      ("keyBits", .integer(keyBits)), ("signatureAlgorithm", .string(signatureAlgorithm)),
    ]
    return .object(withPEM ? members + [("pem", .string(pem))] : members)
  }
}

extension Report.Attempt {
  fileprivate var json: JSONText {
    .object([
      ("address", .string(address)), ("mode", .string(mode.rawValue)), ("cause", .optional(cause?.rawValue)),
      ("ms", .decimal(milliseconds)),
    ])
  }
}

extension StageTiming {
  fileprivate var json: JSONText {
    .object([("name", .string(stage.rawValue)), ("ms", .decimal(milliseconds)), ("ok", .bool(ok))])
  }
}

extension Report.Problem {
  fileprivate var json: JSONText {
    .object([
      ("cause", .string(cause.rawValue)), ("exitCode", .integer(Int(cause.exitCode))),
      ("stage", .string(stage.rawValue)), ("message", .string(message)), ("suggestion", .string(suggestion)),
      ("recommendedMode", .optional(recommendedMode?.rawValue)), ("notes", .strings(notes)),
      ("serverResponse", .optional(serverResponse)), ("nativeCode", .optional(nativeCode)),
      ("sqlState", .optional(sqlState)),
    ])
  }
}

extension ServerIdentity {
  fileprivate var json: JSONText {
    var members: [(key: String, value: JSONText)] = [
      ("product", .string(product)), ("version", .string(version)),
    ]
    if let edition { members.append(("edition", .string(edition))) }
    if !details.isEmpty { members.append(("details", .strings(details))) }
    return .object(members)
  }
}

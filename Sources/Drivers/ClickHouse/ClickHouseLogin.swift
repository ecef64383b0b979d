internal import ConnectCore
internal import HTTP

/// Who wants in, as headers (ClickHouse documentation, "HTTP interface"). Nothing of it stands in the URL.
enum ClickHouseLogin {
  /// X-ClickHouse-User and -Key; no password: none is sent.
  case headers(user: String, password: Secret?)
  /// What a header cannot hold, a control character or a space at its end, in Basic's base64 (RFC 7617).
  case basic(user: String, password: Secret)
  /// The certificate is the proof (ClickHouse documentation, "SSL X.509 certificate authentication").
  case certificate(String)

  /// nil: HTTP has no way to send these.
  init?(user: String, password: Secret?) {
    if user.fitsHTTPHeader, password?.exposed.fitsHTTPHeader ?? true {
      self = .headers(user: user, password: password)
    } else if !user.contains(":") {
      self = .basic(user: user, password: password ?? Secret(""))
    } else {
      return nil
    }
  }

  var isCertificate: Bool { if case .certificate = self { true } else { false } }

  var user: String {
    switch self {
    case .headers(let user, _), .basic(let user, _), .certificate(let user): user
    }
  }

  /// Servers refuse these headers and Basic's together.
  var headers: [HTTPHeader] {
    switch self {
    case .headers(let user, let password):
      [(name: "X-ClickHouse-User", value: user)]
        + (password.map { [(name: "X-ClickHouse-Key", value: $0.exposed)] } ?? [])
    case .basic(let user, let password):
      [(name: "Authorization", value: "Basic " + Base64.text(of: Array("\(user):\(password.exposed)".utf8)))]
    case .certificate(let user):
      [
        (name: "X-ClickHouse-User", value: user), (name: "X-ClickHouse-SSL-Certificate-Auth", value: "on"),
      ]
    }
  }
}

extension String {
  /// For a query's value, with nothing but unreserved characters left (RFC 3986 section 2.3).
  var queryEscaped: String {
    var result = ""
    for byte in utf8 {
      let scalar = Unicode.Scalar(byte)
      if byte < 128, scalar.properties.isAlphabetic || "0123456789-._~".unicodeScalars.contains(scalar) {
        result.unicodeScalars.append(scalar)
      } else {
        result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}

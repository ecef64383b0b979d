/// How a request is sent.
package enum HTTPVersion: Sendable {
  /// HTTP/1.1 (RFC 9112).
  case http1
  /// HTTP/2 from the first byte (RFC 9113 section 3.3); over TLS it has to be agreed by ALPN first.
  case http2
}

/// A name and a value; an answer's names are in lower case.
package typealias HTTPHeader = (name: String, value: String)

package struct HTTPRequest: Sendable {
  package var method: String
  /// From the first slash, with the query; percent-encoded.
  package var path: String
  package var headers: [HTTPHeader]
  package var body: [UInt8]?

  package init(method: String = "GET", path: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil) {
    self.method = method
    self.path = path
    self.headers = headers
    self.body = body
  }
}

package struct HTTPResponse: Sendable {
  /// The status code (RFC 9110 section 15).
  package let status: Int
  package let headers: [HTTPHeader]
  package let body: [UInt8]
  /// The fields behind the body (RFC 9110 section 6.5), HTTP/2's too.
  package let trailers: [HTTPHeader]

  package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], trailers: [HTTPHeader] = []) {
    self.status = status
    self.headers = headers
    self.body = body
    self.trailers = trailers
  }

  /// A header's value, the first of several; the name in lower case.
  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// A trailer's value, or a header's, where there was no body to be behind.
  package func trailer(_ name: String) -> String? {
    trailers.first { $0.name == name }?.value ?? header(name)
  }

  /// The body as text.
  package var text: String { String(decoding: body, as: UTF8.self) }
}

import CCurl

/// One request as libcurl's settings, and what comes back. It has to live as long as libcurl works on it.
final class HTTPCall {
  let answer = HTTPAnswer()
  private let inner: InnerConnection
  private let curl: LibCurl
  private var list: UnsafeMutablePointer<curl_slist>?
  private let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
  /// libcurl reads it while it sends.
  private let body: UnsafeMutableBufferPointer<UInt8>?

  /// nil: a header, the path or the method would be another request than it says.
  init?(
    _ request: HTTPRequest, to authority: String, _ version: HTTPVersion, _ inner: InnerConnection,
    _ curl: LibCurl,
    _ easy: UnsafeMutableRawPointer
  ) {
    self.inner = inner
    self.curl = curl
    body = request.body.map {
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: $0.count)
      _ = copy.initialize(from: $0)
      return copy
    }
    buffer.pointee = 0
    let headers = [("Host", authority), ("Expect", "")] + request.headers
    guard Self.isSafe(request, headers) else { return nil }
    for header in headers {
      // libcurl's way to say that there is no value, which differs from "Name:" for no such header.
      let line = header.1.isEmpty && header.0 != "Expect" ? "\(header.0);" : "\(header.0): \(header.1)"
      list = curl.functions.curl_slist_append(list, line)
    }
    curl.functions.curl_easy_reset(easy)
    guard set(request, version, on: easy) else { return nil }
  }

  deinit {
    curl.functions.curl_slist_free_all(list)
    buffer.deallocate()
    body?.deallocate()
  }

  /// libcurl's own words for what went wrong.
  var words: String? {
    let text = String(cString: buffer)
    return text.isEmpty ? nil : text
  }

  /// A line break would begin another header, or another request (RFC 9110 section 5.5).
  private static func isSafe(_ request: HTTPRequest, _ headers: [(String, String)]) -> Bool {
    let names = [request.method] + headers.map(\.0)
    guard request.path.hasPrefix("/"), request.path.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      return false
    }
    return names.allSatisfy { $0.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: ":") } }
      && headers.allSatisfy { $0.1.utf8.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 } }
  }

  private func set(_ request: HTTPRequest, _ version: HTTPVersion, on easy: UnsafeMutableRawPointer) -> Bool {
    let owner = Unmanaged.passUnretained(self).toOpaque()
    return withUnsafePointer(to: curl.functions) { functions in
      func number(_ option: CURLoption, _ value: Int) -> Bool {
        curl_set_long(functions, easy, option, value) == CURLE_OK
      }
      func pointer(_ option: CURLoption, _ value: UnsafeRawPointer?) -> Bool {
        curl_set_pointer(functions, easy, option, value) == CURLE_OK
      }
      func receiver(_ option: CURLoption, _ function: Receiver) -> Bool {
        curl_set_receiver(functions, easy, option, function) == CURLE_OK
      }
      let protocolVersion =
        switch version {
        case .http1: CURL_HTTP_VERSION_1_1
        // libcurl 7.88 fails when the connection has been made, and prior knowledge is asked for once more.
        case .http2 where inner.isOpen: CURL_HTTP_VERSION_2_0
        case .http2: CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE
        }
      return pointer(CURLOPT_URL, "http://127.0.0.1:\(inner.port)\(request.path)")
        && pointer(CURLOPT_CUSTOMREQUEST, request.method)
        && pointer(CURLOPT_PROXY, "") && pointer(CURLOPT_NOPROXY, "*")
        && pointer(CURLOPT_USERAGENT, "tablepro-connect")
        && number(CURLOPT_NOSIGNAL, 1) && number(CURLOPT_PATH_AS_IS, 1)
        && number(CURLOPT_HTTP_VERSION, Int(protocolVersion))
        && pointer(CURLOPT_HTTPHEADER, list) && pointer(CURLOPT_ERRORBUFFER, buffer)
        && set(body, number, pointer)
        && pointer(CURLOPT_WRITEDATA, owner) && receiver(CURLOPT_WRITEFUNCTION, Self.takeBody)
        && pointer(CURLOPT_HEADERDATA, owner) && receiver(CURLOPT_HEADERFUNCTION, Self.takeLine)
        && curl_set_opener(functions, easy, Self.giveSocket, owner) == CURLE_OK
    }
  }

  private func set(
    _ body: UnsafeMutableBufferPointer<UInt8>?, _ number: (CURLoption, Int) -> Bool,
    _ pointer: (CURLoption, UnsafeRawPointer?) -> Bool
  ) -> Bool {
    guard let body else { return true }
    return number(CURLOPT_POST, 1) && number(CURLOPT_POSTFIELDSIZE, body.count)
      && pointer(CURLOPT_POSTFIELDS, body.baseAddress)
  }

  // MARK: Called by libcurl

  private static func owner(_ pointer: UnsafeMutableRawPointer?) -> HTTPCall? {
    pointer.map { Unmanaged<HTTPCall>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func bytes(_ start: UnsafeMutablePointer<CChar>?, _ count: Int) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
  }

  private typealias Receiver =
    @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int

  private static let takeBody: Receiver = { start, size, count, pointer in
    owner(pointer)?.answer.take(body: bytes(start, size * count)) == true ? size * count : 0
  }

  private static let takeLine: Receiver = { start, size, count, pointer in
    owner(pointer)?.answer.take(line: bytes(start, size * count)) == true ? size * count : 0
  }

  private static let giveSocket: curl_opensocket_callback = { pointer, _, _ in
    // libcurl wants a second connection when the server has ended the first: there is none.
    owner(pointer)?.inner.begin() ?? -1
  }

}

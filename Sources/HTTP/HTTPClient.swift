import CCurl
internal import ConnectCore
internal import Transport

/// HTTP by libcurl over a connection of ours, kept for several requests.
///
/// libcurl talks to this process, and what it says and hears is carried to and from the wire: so it needs no address, no
/// TLS and no proxy, and reads nothing of the environment that would matter.
package final class HTTPClient<Wire: HTTPWire> {
  private let wire: Wire
  private let curl: LibCurl
  private let version: HTTPVersion
  private let inner: InnerConnection
  private let multi: UnsafeMutableRawPointer
  private let easy: UnsafeMutableRawPointer
  /// The beginning of what came to the last request: it tells what else than HTTP may have answered.
  private var firstBytes: [UInt8] = []
  /// The answer to the last request, as far as it has come, also where `send` threw; nil: not even its headers have.
  package private(set) var heard: HTTPResponse?
  /// Whether the other side has proven to speak HTTP.
  private var isHTTP = false
  /// What has come and libcurl has not been given, and the part of it that comes next.
  private var unheard: ArraySlice<UInt8> = []
  private var piece: ArraySlice<UInt8> = []
  private var frames = HTTP2Frames()
  /// The stream of the last request: a client's have odd numbers (RFC 9113 section 5.1.1).
  private var stream: UInt32 = 0

  /// The most bytes that the answer to one request may have on the wire.
  private var mostBytes: Int { HTTPAnswer.mostBytes + 65_536 }

  package init(over wire: Wire, _ curl: LibCurl, version: HTTPVersion = .http1) throws(Wire.Failure) {
    guard let inner = InnerConnection(), let easy = curl.functions.curl_easy_init() else {
      throw wire.failure(.other("there are no descriptors or no memory for libcurl"), nil)
    }
    guard let multi = curl.functions.curl_multi_init() else {
      curl.functions.curl_easy_cleanup(easy)
      throw wire.failure(.other("there is no memory for libcurl"), nil)
    }
    self.wire = wire
    self.curl = curl
    self.version = version
    self.inner = inner
    self.easy = easy
    self.multi = multi
  }

  deinit {
    curl.functions.curl_easy_cleanup(easy)
    _ = curl.functions.curl_multi_cleanup(multi)
  }

  /// Sends a request and returns its answer, whatever its status. Redirections are not followed.
  ///
  /// - Throws: what ended the connection, `.closed` also for what ends it or the request in HTTP/2; `.foreignAnswer`
  ///   for what is not HTTP; `.other` for a header that cannot be sent, and for an answer of more than a mebibyte.
  package func send(_ request: HTTPRequest) throws(Wire.Failure) -> HTTPResponse {
    heard = nil
    guard let call = HTTPCall(request, to: wire.authority, version, inner, curl, easy) else {
      throw wire.failure(.other("a part of the request has characters that HTTP does not allow there"), nil)
    }
    if let goAway = frames.goAway { throw ended(goAway) }
    stream += stream == 0 ? 1 : 2
    guard curl.functions.curl_multi_add_handle(multi, easy) == CURLM_OK else {
      throw wire.failure(.other("libcurl takes no request"), nil)
    }
    defer {
      heard = call.answer.response
      _ = curl.functions.curl_multi_remove_handle(multi, easy)
      // It would go on writing to what belongs to the call.
      curl.functions.curl_easy_reset(easy)
    }
    firstBytes = []
    var lost: Wire.Failure?
    var received = 0
    while let step = advance() {
      if case .ended(let code) = step { return try result(of: code, call, lost) }
      if wire.deadline.hasPassed { throw wire.failure(.timedOut, nil) }
      switch step {
      case .sends(let bytes): try wire.send(bytes)
      case .ended, .busy: break
      case .waits where !unheard.isEmpty || !piece.isEmpty: try feed()
      case .waits:
        // After the end it had one more turn.
        if let lost { throw lost }
        do throws(Wire.Failure) {
          let bytes = try wire.receive()
          received += bytes.count
          guard received <= mostBytes else { throw tooLong }
          if firstBytes.count < ForeignAnswer.mostBytes { firstBytes += bytes }
          if version == .http2, !isHTTP { try checkBeginning() }
          unheard = bytes[...]
        } catch {
          guard wire.isEnd(error) else { throw error }
          lost = error
          inner.end()
        }
      }
    }
    throw wire.failure(.other("libcurl ended without a result"), nil)
  }

  /// libcurl would wait for the whole of what it takes for a frame.
  private func checkBeginning() throws(Wire.Failure) {
    guard HTTP2Frames.mayBegin(with: firstBytes) else {
      throw wire.failure(.foreignAnswer(ForeignAnswer(recognising: firstBytes)), nil)
    }
    isHTTP = firstBytes.count >= 9
  }

  // MARK: libcurl's side

  private enum Step {
    case sends([UInt8])
    /// It wants another turn.
    case busy
    /// It waits for the other side.
    case waits
    case ended(CURLcode)
  }

  private func advance() -> Step? {
    var running: Int32 = 0
    guard curl.functions.curl_multi_perform(multi, &running) == CURLM_OK else { return nil }
    let bytes = inner.drain()
    if !bytes.isEmpty { return .sends(bytes) }
    var left: Int32 = 0
    while let message = curl.functions.curl_multi_info_read(multi, &left) {
      if message.pointee.msg == CURLMSG_DONE { return .ended(message.pointee.data.result) }
    }
    guard running > 0 else { return nil }
    // Once it is connected it waits for what comes, and for room for what it sends.
    var ready: Int32 = 0
    let wait: Int32 = inner.isOpen ? 0 : 5
    // The end of a stream of HTTP/2 is a timer that has run out, and nothing to be seen on the socket.
    var timer = -1
    guard curl.functions.curl_multi_poll(multi, nil, 0, wait, &ready) == CURLM_OK,
      curl.functions.curl_multi_timeout(multi, &timer) == CURLM_OK
    else { return nil }
    return ready > 0 || timer == 0 || !inner.isOpen ? .busy : .waits
  }

  private func feed() throws(Wire.Failure) {
    if piece.isEmpty {
      if version == .http2 {
        piece = frames.next(of: &unheard)
        try checkGoAway()
      } else {
        (piece, unheard) = (unheard, [])
      }
    }
    // A hang-up is libcurl's result, told by the next look.
    guard let count = inner.feed(piece) else {
      (piece, unheard) = ([], [])
      return
    }
    piece = piece.dropFirst(count)
  }

  /// A stream that the server has taken it also ends.
  private func checkGoAway() throws(Wire.Failure) {
    guard let goAway = frames.goAway, stream > goAway.lastStream else { return }
    throw ended(goAway)
  }

  private func ended(_ goAway: HTTP2GoAway) -> Wire.Failure { ended("GOAWAY", goAway.code, goAway.words) }

  private func ended(_ frame: String, _ code: UInt32, _ words: String = "") -> Wire.Failure {
    let text = "HTTP/2: \(frame), \(HTTP2ErrorCode.name(code))" + (words.isEmpty ? "" : ": \(words)")
    return wire.failure(.closed, ServerError(text: text, origin: .server, shownCharacters: 512))
  }

  private func result(
    of code: CURLcode, _ call: HTTPCall, _ lost: Wire.Failure?
  ) throws(Wire.Failure) -> HTTPResponse {
    isHTTP = isHTTP || call.answer.hasBegun
    if call.answer.isTooLong { throw tooLong }
    if code == CURLE_OK, let response = call.answer.response { return response }
    let words = call.words ?? curl.functions.curl_easy_strerror(code).map { String(cString: $0) } ?? ""
    let error = ServerError(
      text: words, nativeCode: String(code.rawValue), origin: .library("libcurl"))
    if let reset = frames.reset, reset.stream == stream { throw ended("RST_STREAM", reset.code) }
    // It wanted a second connection: the server has ended the first after its last answer.
    if code == CURLE_COULDNT_CONNECT { throw lost ?? wire.failure(.closed, nil) }
    // An answer that breaks off is the connection's end; what is not HTTP is somebody else's answer.
    let isNoStranger = isHTTP || firstBytes.isEmpty
    if isNoStranger, let lost { throw lost }
    guard isNoStranger else {
      throw wire.failure(.foreignAnswer(ForeignAnswer(recognising: firstBytes)), error)
    }
    throw wire.failure(HTTPFault.malformed, error)
  }

  private var tooLong: Wire.Failure {
    wire.failure(HTTPFault.tooLong, nil)
  }
}

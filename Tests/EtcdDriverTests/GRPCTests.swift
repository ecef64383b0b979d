import HTTP
import Testing

@testable import EtcdDriver

/// gRPC over HTTP/2: frames of messages, statuses, and what is none.
@Suite struct GRPCTests {
  private let type: [HTTPHeader] = [("content-type", "application/grpc")]

  private func answer(
    _ status: Int = 200, _ headers: [HTTPHeader] = [], _ body: [UInt8] = [], _ trailers: [HTTPHeader] = []
  ) -> GRPC.Answer {
    GRPC.answer(HTTPResponse(status: status, headers: type + headers, body: body, trailers: trailers))
  }

  @Test func requests() {
    let request = GRPC.request(path: "/a.B/C", message: [7, 8], metadata: [("token", "t")])
    #expect(request.method == "POST" && request.path == "/a.B/C")
    #expect(request.body == [0, 0, 0, 0, 2, 7, 8])
    #expect(request.headers.map(\.name) == ["content-type", "te", "token"])
    #expect(GRPC.framed([UInt8](repeating: 1, count: 0x01_0203)).prefix(5) == [0, 0, 1, 2, 3])
  }

  @Test func messages() {
    let ok: [HTTPHeader] = [("grpc-status", "0")]
    #expect(answer(200, [], [0, 0, 0, 0, 1, 9], ok) == .message([9]))
    #expect(answer(200, [], [0, 0, 0, 0, 0], ok) == .message([]))
    // Compressed, cut, with something behind, none.
    for body: [UInt8] in [[1, 0, 0, 0, 1, 9], [0, 0, 0, 0, 2, 9], [0, 0, 0, 0, 0, 9], [0, 0, 0], []] {
      #expect(answer(200, [], body, ok) == .malformed)
    }
    #expect(answer(200, [], [0, 0xFF, 0xFF, 0xFF, 0xFF, 9], ok) == .malformed)
  }

  @Test("A status comes behind the body, or with the headers if there is none")
  func errors() {
    let fields: [HTTPHeader] = [("grpc-status", "7"), ("grpc-message", "no%20%C3%BC: 100%")]
    let error = GRPC.Answer.error(GRPCError(code: 7, text: "no ü: 100%"))
    #expect(answer(200, [], [], fields) == error)
    #expect(answer(200, fields) == error)
    #expect(answer(200, [("grpc-status", "14")]) == .error(GRPCError(code: 14, text: "")))
  }

  /// A status is digits, one alone, the last that is said, of an answer that says that it is gRPC's.
  @Test func foreign() {
    #expect(answer(404) == .foreign)
    for text in ["fine", "+0", "-0", "0 ", "", "0x0", "99999999999999999999"] {
      #expect(answer(200, [("grpc-status", text)]) == .foreign)
    }
    let ok: [HTTPHeader] = [("grpc-status", "0")]
    let message: [UInt8] = [0, 0, 0, 0, 0]
    #expect(answer(200, [], message, ok + [("grpc-status", "7")]) == .foreign)
    #expect(answer(200, [], message, ok + ok) == .foreign)
    #expect(answer(200, ok, message) == .foreign)
    #expect(answer(200, ok, message, [("grpc-message", "x")]) == .foreign)
    #expect(answer(503, [], message, ok) == .foreign)
    #expect(answer(503, [("grpc-status", "14")]) == .error(GRPCError(code: 14, text: "")))
  }

  @Test(
    arguments: [
      ("application/grpc", true), ("application/grpc+proto", true), ("Application/gRPC;charset=x", true),
      ("application/grpc-web", false), ("text/html", false), ("", false), (nil, false),
    ] as [(String?, Bool)])
  func contentTypes(type: String?, isGRPC: Bool) {
    let response = HTTPResponse(
      status: 200, headers: type.map { [("content-type", $0)] } ?? [], body: [0, 0, 0, 0, 0],
      trailers: [("grpc-status", "0")])
    #expect(GRPC.answer(response) == (isGRPC ? .message([]) : .foreign))
  }

  @Test(
    arguments: [
      ("", ""), ("a b", "a b"), ("%", "%"), ("%4", "%4"), ("%41", "A"), ("%zz%41", "%zzA"),
      ("%E2%82%AC", "€"), ("%FF", "\u{FFFD}"), ("%+1", "%+1"), ("100%25", "100%"),
    ])
  func percentDecoded(text: String, decoded: String) { #expect(GRPC.percentDecoded(text) == decoded) }
}

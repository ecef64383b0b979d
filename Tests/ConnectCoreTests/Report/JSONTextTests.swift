import ConnectCore
import Testing

@Suite("JSON")
struct JSONTextTests {
  @Test("Values are rendered on one line, in their order")
  func rendering() {
    let value = JSONText.object([
      ("b", .array([.null, .bool(true), .integer(-5), .decimal(12.34567), .decimal(3), .decimal(.nan)])),
      ("a", .string("x/\"\\\n\u{1}é")),
    ])
    #expect(value.rendered == #"{"b":[null,true,-5,12.346,3,null],"a":"x/\"\\\n\u0001é"}"#)
  }
}

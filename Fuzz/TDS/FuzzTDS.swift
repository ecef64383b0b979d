@testable import SQLServerDriver

/// Any bytes as a server's answers, as SQL Server Browser's, and as the library's login.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTDS(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  _ = PreloginAnswer(bytes)
  _ = PreloginMessage(bytes)
  _ = TDSTokens(bytes)
  _ = SQLBrowser.answer(bytes, about: "SQLEXPRESS")
  _ = SQLServerIdentity.identity([String(decoding: bytes, as: UTF8.self)])
  if let login = Login7.data(bytes, namingServer: "db.example.test", password: "pw") {
    // Whatever it was, it is as long as it says.
    precondition(Login7.data(login, namingServer: "x", password: "pw") != nil)
  }
  var collector = TDSMessageCollector()
  collector.add(bytes)
  while case .message = collector.next() {}
  return 0
}

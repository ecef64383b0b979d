internal import ConnectCore

/// MongoDB's and libmongoc's errors, as evidence.
enum MongoErrors {
  /// The error that an answer is; nil: it is none. What does not say that it is well is not.
  static func error(in document: BSONDocument) -> ServerError? {
    guard !document.isTrue("ok") else { return nil }
    let words = document.string("errmsg") ?? document.string("$err") ?? "an error without words"
    let name = document.string("codeName").map { $0.isEmpty ? "" : "\($0): " } ?? ""
    return ServerError(
      text: name + words, nativeCode: document.integer("code").map(String.init), origin: .server)
  }

  /// An error of libmongoc's own, by its number (mongoc-error.h).
  static func library(_ text: String, code: UInt32) -> ServerError {
    ServerError(text: text, nativeCode: String(code), origin: .library("libmongoc"))
  }

  /// MONGOC_ERROR_SERVER_SELECTION_FAILURE.
  static let selection = "13053"
  /// MONGOC_ERROR_SCRAM_PROTOCOL_ERROR: a password that SCRAM cannot take, or a server's half of it that is wrong.
  static let scram = "29"
  /// MONGOC_ERROR_PROTOCOL_BAD_WIRE_VERSION.
  static let wireVersion = "15"

  /// A login that cannot begin.
  static let passwordMissing = ServerError(
    text: "a login with SCRAM or PLAIN takes a password, and none was given", nativeCode: "18",
    origin: .library("tablepro-connect"))
}

internal import ConnectCore
internal import HTTP
internal import Transport

/// Questions to ClickHouse over one connection.
struct ClickHouseDialogue {
  /// A query in somebody's name.
  struct Question {
    let query: ClickHouseQuery
    let login: ClickHouseLogin
  }

  let connection: DirectConnection
  private let client: HTTPClient<DirectConnection>

  /// Whether the answer to the last question has begun.
  var hasBeenAnswered: Bool { client.heard != nil }

  init(over connection: DirectConnection, _ curl: LibCurl) throws(ConnectionFailure) {
    self.connection = connection
    client = try HTTPClient(over: connection, curl)
  }

  /// The answer to a question. One that breaks off or stays away is one too, where it holds an exception: servers since
  /// version 25 end no answer with one properly (ClickHouse, pull request 89998).
  func ask(_ question: Question) throws(ConnectionFailure) -> ClickHouseReply {
    do throws(ConnectionFailure) {
      return ClickHouseReply(try client.send(request(question)), to: question.query)
    } catch {
      guard let heard = client.heard, case .exception(let said) = ClickHouseReply(heard, to: question.query)
      else { throw error }
      return .exception(said)
    }
  }

  private func request(_ question: Question) -> HTTPRequest {
    // Who is logged in is one thing, and whether the database is there another.
    let database = question.query.needsDatabase ? connection.target.database : nil
    return HTTPRequest(
      method: "POST", path: "/" + (database.map { "?database=" + $0.queryEscaped } ?? ""),
      headers: question.login.headers + [(name: "Content-Type", value: "text/plain; charset=utf-8")],
      body: Array(question.query.text.utf8))
  }
}

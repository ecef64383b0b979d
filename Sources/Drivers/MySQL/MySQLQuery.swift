import CMariaDB
internal import ConnectCore
internal import Transport

extension LibMariaDBConnection {
  /// More than any query of ours brings; a server that sends more is not listened to.
  private static let mostRows = 100

  /// Runs a query within the connection's deadline.
  ///
  /// - Returns: the rows, at most 100; a failure with the server's or the library's error.
  func rows(of query: String) -> Result<[[String?]], ConnectionFailure> {
    var failed: Int32 = 0
    let text = Array(query.utf8CString)
    let length = UInt(text.count - 1)
    let functions = libmariadb.functions
    // The library reads the text until the call is through, and this frame outlives it: it ends or is abandoned here.
    let ended = text.withUnsafeBufferPointer { text in
      begin {
        functions.mysql_real_query_start(&failed, $0, text.baseAddress, length)
      } thenBy: {
        functions.mysql_real_query_cont(&failed, $0, $1)
      }
      return finishOrAbandon()
    }
    guard ended, let handle else { return .failure(queryFailure(.timedOut)) }
    guard failed == 0 else { return .failure(queryFailure()) }
    guard let result = functions.mysql_use_result(handle) else {
      return functions.mysql_errno(handle) == 0 ? .success([]) : .failure(queryFailure())
    }
    let columns = Int(functions.mysql_num_fields(result))
    var rows: [[String?]] = []
    while rows.count < Self.mostRows {
      var row: MYSQL_ROW?
      begin { _ in
        functions.mysql_fetch_row_start(&row, result)
      } thenBy: { _, status in
        functions.mysql_fetch_row_cont(&row, result, status)
      }
      guard finishOrAbandon() else { return .failure(queryFailure(.timedOut)) }
      guard let row, let lengths = functions.mysql_fetch_lengths(result) else { break }
      rows.append(
        (0..<columns).map { column in
          row[column].map { bytes in
            let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(lengths[column]))
            return String(decoding: bytes, as: UTF8.self)
          }
        })
    }
    guard functions.mysql_errno(handle) == 0 else { return .failure(queryFailure()) }
    begin { _ in
      functions.mysql_free_result_start(result)
    } thenBy: { _, status in
      functions.mysql_free_result_cont(result, status)
    }
    return finishOrAbandon() ? .success(rows) : .failure(queryFailure(.timedOut))
  }

  private func finishOrAbandon() -> Bool {
    if finish() { return true }
    abandon()
    return false
  }

  private func queryFailure(_ event: FailureEvent? = nil) -> ConnectionFailure {
    let error = event == nil ? error : nil
    return ConnectionFailure(
      stage: .query, event: event ?? MySQLErrors.event(of: error, cut: cut, lastRead: wire.lastRead),
      error: error,
      credentialsRequested: true)
  }
}

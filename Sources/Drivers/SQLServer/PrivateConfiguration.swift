import CSybDB
internal import ConnectCore
internal import Transport

/// The configuration of one connection, for db-lib to read: where it has to connect to can be said nowhere else, and
/// without a section that it finds it would read the user's and the system's freetds.conf.
///
/// It lies in memory (or in a file that has lost its name already), so nothing of it stays behind, however the
/// process ends; and there is no secret in it.
final class PrivateConfiguration: @unchecked Sendable {
  // Made once; closed by the last one who lets go of it.
  private let descriptor: Int32
  /// What db-lib has to be told to open.
  let path: String
  /// The server's name in it. If db-lib does not find it, it asks other files and then the resolver for it, and would
  /// log in to what has that name; so it is one that no DNS can have (RFC 1035 section 3.1: a label is not empty).
  static let section = "tablepro-connect..relay"

  /// nil: the system gives no such file.
  init?(port: UInt16, seconds: Int) {
    #if os(Linux)
      // MFD_CLOEXEC
      descriptor = sybdb_memory_file("tablepro-connect", 1)
      path = "/proc/self/fd/\(descriptor)"
    #else
      var template = Array("/tmp/tablepro-connect.XXXXXX".utf8CString)
      // Its mode is 0600.
      descriptor = mkstemp(&template)
      if descriptor >= 0 {
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      }
      path = "/dev/fd/\(descriptor)"
    #endif
    guard descriptor >= 0 else { return nil }
    let text = Self.text(port: port, seconds: seconds)
    guard write(descriptor, text, text.utf8.count) == text.utf8.count, lseek(descriptor, 0, SEEK_SET) == 0
    else {
      close(descriptor)
      return nil
    }
    // Without /proc the path leads nowhere.
    guard access(path, R_OK) == 0 else {
      let reason = errno
      close(descriptor)
      errno = reason
      return nil
    }
  }

  deinit { close(descriptor) }

  /// The relay encrypts; to db-lib there is no encryption. The version is fixed, since db-lib would otherwise try
  /// TDS 5.0, which has the password in readable ASCII. The relay ends the connection when its time is over; the
  /// timeouts here are for a relay that has gone.
  static func text(port: UInt16, seconds: Int) -> String {
    """
    [\(section)]
    host = 127.0.0.1
    port = \(port)
    tds version = 7.4
    client charset = UTF-8
    encryption = off
    connect timeout = \(seconds)
    timeout = \(seconds)

    """
  }
}

/// Whose turn it is to open a connection by db-lib: the path of the configuration is the whole process's, from when
/// it is set to when db-lib has read it.
enum OpeningTurn {
  /// A pipe with one byte in it: who has read it has the turn.
  private static let ends: (read: Int32, write: Int32) = {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return (-1, -1) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK)
    var byte: UInt8 = 1
    _ = Transport.write(ends[1], &byte, 1)
    return (ends[0], ends[1])
  }()

  /// The turn, given back by `end`, or by whoever lets go of it last.
  final class Held: @unchecked Sendable {
    private let isOver = Once()
    func end() {
      guard isOver.first() else { return }
      var byte: UInt8 = 1
      _ = Transport.write(OpeningTurn.ends.write, &byte, 1)
    }
    deinit { end() }
  }

  /// Waits for the turn; nil: it did not come in time.
  static func take(by deadline: Deadline) -> Held? {
    while !deadline.hasPassed {
      var byte: UInt8 = 0
      if Transport.read(ends.read, &byte, 1) == 1 { return Held() }
      guard wait(for: Int16(POLLIN), on: ends.read, until: deadline) != 0 else { return nil }
    }
    return nil
  }
}

extension ForeignAnswer {
  /// Recognises what answered by its first bytes, and keeps them.
  package init(recognising bytes: [UInt8]) {
    self.init(protocolName: Self.name(of: bytes), bytes: bytes)
  }

  private static func name(of bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes.prefix(64), as: UTF8.self)
    if let known = greetings.first(where: { text.hasPrefix($0.prefix) }) { return known.name }
    // A TLS record: alert or handshake, version 3.x (RFC 8446 section 5.1).
    if bytes.count >= 2, bytes[0] == 0x15 || bytes[0] == 0x16, bytes[1] == 3 { return "TLS" }
    // MySQL: length in 3 bytes, sequence 0, then protocol version 10, or 0xFF and an error's number, which is
    // between 1000 and 4095, its low byte first.
    if bytes.count >= 5, bytes[2] == 0, bytes[3] == 0 {
      if bytes[4] == 10 { return "MySQL" }
      if bytes.count >= 7, bytes[4] == 0xFF, (3...15).contains(bytes[6]) { return "MySQL" }
    }
    // CQL: a response of version 1 to 6, few flags, any stream, ERROR (native_protocol_v4.spec, section 2).
    if bytes.count >= 5, (0x81...0x86).contains(bytes[0]), bytes[1] < 0x20, bytes[4] == 0 {
      return "Cassandra"
    }
    // MySQL's X Protocol begins with a notice: length 5 in 4 bytes, message 11.
    if bytes.starts(with: [5, 0, 0, 0, 11]) { return "MySQL X Protocol" }
    return nil
  }

  private static let greetings: [(prefix: String, name: String)] = [
    ("HTTP/", "HTTP"), ("<html", "HTTP"), ("<!DOCTYPE", "HTTP"),
    ("SSH-", "SSH"),
    ("220 ", "SMTP or FTP"), ("220-", "SMTP or FTP"), ("554 ", "SMTP"), ("421 ", "SMTP or FTP"),
    ("* OK", "IMAP"), ("+OK", "POP3"),
    ("-ERR", "Redis"), ("-NOAUTH", "Redis"), ("-DENIED", "Redis"), ("+PONG", "Redis"),
    ("ERROR\r\n", "memcached"), ("AMQP", "AMQP"), ("RFB ", "VNC"),
  ]
}

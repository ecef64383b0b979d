internal import ConnectCore
internal import Transport

/// TDS's packets: a header of 8 bytes (MS-TDS section 2.2.3.1), then data. Several of them make a message.
enum TDSPacket {
  /// The types that matter here (section 2.2.3.1.1).
  enum Kind {
    static let tabularResult: UInt8 = 0x04
    static let login7: UInt8 = 0x10
    static let sspi: UInt8 = 0x11
    static let prelogin: UInt8 = 0x12
  }

  static let headerLength = 8
  /// Bit 0 of the status (section 2.2.3.1.2): the last packet of its message.
  static let endOfMessage: UInt8 = 0x01
  /// A packet's length before another one is agreed upon (section 2.2.6.4, PacketSize).
  private static let usualLength = 4_096
  /// The longest that LOGIN7 can ask for.
  static let longest = 32_768

  /// A message in packets.
  static func message(_ kind: UInt8, _ data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = data[...]
    var number: UInt8 = 1
    repeat {
      let part = rest.prefix(usualLength - headerLength)
      rest = rest.dropFirst(part.count)
      let length = part.count + headerLength
      bytes += [
        kind, rest.isEmpty ? endOfMessage : 0, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, number, 0,
      ]
      bytes += part
      number &+= 1
    } while !rest.isEmpty
    return bytes
  }

  /// The length that a header tells; nil: no packet has such a header.
  static func length(_ header: some Collection<UInt8>) -> Int? {
    let header = Array(header.prefix(headerLength))
    guard header.count == headerLength else { return nil }
    let length = Int(header[2]) << 8 | Int(header[3])
    // The window has always been 0.
    return length >= headerLength && length <= longest && header[7] == 0 ? length : nil
  }
}

/// Puts the messages of one direction together again.
struct TDSMessageCollector {
  /// What has come of the message that is not complete.
  private(set) var pending: [UInt8] = []
  /// No login and no answer to one is that long.
  static let most = 1 << 20

  struct Message: Equatable {
    var kind: UInt8
    var data: [UInt8]
    /// The packets, as they came.
    var packets: [UInt8]
  }

  enum Outcome: Equatable {
    case incomplete
    case message(Message)
    /// What has come are no packets, or too many.
    case foreign
  }

  mutating func add(_ bytes: [UInt8]) { pending += bytes }

  /// Takes the next message out, if all of it is there.
  mutating func next() -> Outcome {
    guard pending.count <= Self.most else { return .foreign }
    var place = 0
    var data: [UInt8] = []
    while pending.count - place >= TDSPacket.headerLength {
      guard let length = TDSPacket.length(pending[place...]), pending[place] == pending[0] else {
        return .foreign
      }
      guard pending.count - place >= length else { return .incomplete }
      data += pending[(place + TDSPacket.headerLength)..<(place + length)]
      let isLast = pending[place + 1] & TDSPacket.endOfMessage != 0
      place += length
      if isLast {
        let message = Message(kind: pending[0], data: data, packets: Array(pending[..<place]))
        pending.removeFirst(place)
        return .message(message)
      }
    }
    return .incomplete
  }
}

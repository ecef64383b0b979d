/// The answers of a DNS message (RFC 1035 section 4), as far as `mongodb+srv://` needs them. Pure.
package struct DNSMessage: Equatable, Sendable {
  /// One SRV record (RFC 2782).
  package struct Service: Equatable, Sendable {
    package var priority: UInt16
    package var weight: UInt16
    package var port: UInt16
    /// Without the dot at its end.
    package var target: String

    package init(priority: UInt16 = 0, weight: UInt16 = 0, port: UInt16, target: String) {
      self.priority = priority
      self.weight = weight
      self.port = port
      self.target = target
    }
  }

  package var services: [Service] = []
  /// Each TXT record's strings, joined.
  package var texts: [String] = []

  /// Reads a message; nil: it is none, or ends too soon.
  package init?(_ bytes: [UInt8]) {
    var reader = Reader(bytes: bytes)
    guard reader.skip(4), let questions = reader.number(), let answers = reader.number(), reader.skip(4)
    else { return nil }
    for _ in 0..<questions {
      guard reader.name() != nil, reader.skip(4) else { return nil }
    }
    for _ in 0..<answers {
      guard reader.name() != nil, let kind = reader.number(), let family = reader.number(), reader.skip(4),
        let length = reader.number(), reader.place + Int(length) <= bytes.count
      else { return nil }
      let end = reader.place + Int(length)
      if family == 1 { guard take(kind, from: reader, until: end) else { return nil } }
      reader.place = end
    }
  }

  /// Takes the data of one record in; false: it is not what its type says.
  private mutating func take(_ kind: UInt16, from reader: Reader, until end: Int) -> Bool {
    var reader = reader
    switch kind {
    case RecordType.service.rawValue:
      guard let priority = reader.number(), let weight = reader.number(), let port = reader.number(),
        let target = reader.name(ofHost: true), reader.place == end
      else { return false }
      services.append(Service(priority: priority, weight: weight, port: port, target: target))
    case RecordType.text.rawValue:
      var text: [UInt8] = []
      while reader.place < end {
        let start = reader.place + 1
        let stop = start + Int(reader.bytes[reader.place])
        guard stop <= end else { return false }
        text += reader.bytes[start..<stop]
        reader.place = stop
      }
      texts.append(String(decoding: text, as: UTF8.self))
    default: break
    }
    return true
  }
}

/// Types of records (RFC 1035 section 3.2.2, RFC 2782).
package enum RecordType: UInt16, Sendable {
  case text = 16
  case service = 33
}

private struct Reader {
  let bytes: [UInt8]
  var place = 0

  mutating func skip(_ count: Int) -> Bool {
    place += count
    return place <= bytes.count
  }

  mutating func number() -> UInt16? {
    guard place + 2 <= bytes.count else { return nil }
    defer { place += 2 }
    return UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
  }

  /// A name, which may go on at an earlier place (RFC 1035 section 4.1.4); at most 255 bytes.
  ///
  /// - Parameter ofHost: nil too where a label holds anything but letters, digits, `-` and `_`. DNS itself lets every
  ///   byte pass (RFC 2181 section 11), a dot inside a label and what C takes for the end of a text among them.
  mutating func name(ofHost: Bool = false) -> String? {
    var labels: [String] = []
    var length = 0
    var place = place
    var end: Int?
    while place < bytes.count {
      let size = Int(bytes[place])
      if size == 0 {
        self.place = end ?? place + 1
        return labels.joined(separator: ".")
      }
      if size & 0xC0 == 0xC0 {
        guard place + 1 < bytes.count else { return nil }
        let target = (size & 0x3F) << 8 | Int(bytes[place + 1])
        // Only backwards, so that no name goes on for ever.
        guard target < place else { return nil }
        end = end ?? place + 2
        place = target
        length += 1
      } else {
        guard size < 64, place + 1 + size <= bytes.count else { return nil }
        let label = bytes[(place + 1)...(place + size)]
        guard !ofHost || label.allSatisfy(Self.isHostNames) else { return nil }
        labels.append(String(decoding: label, as: UTF8.self))
        place += 1 + size
        length += 1 + size
      }
      guard length <= 255 else { return nil }
    }
    return nil
  }

  private static func isHostNames(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"): true
    default: false
    }
  }
}

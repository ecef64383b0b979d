internal import ConnectCore

/// PRELOGIN (MS-TDS section 2.2.6.5): options, each with a token, an offset and a length.
struct PreloginMessage: Equatable {
  /// What the two sides say of encryption.
  enum Encryption {
    static let off: UInt8 = 0x00
    static let on: UInt8 = 0x01
    static let notSupported: UInt8 = 0x02
    static let required: UInt8 = 0x03

    /// The specification's names.
    static func name(_ value: UInt8) -> String {
      switch value {
      case off: "OFF"
      case on: "ON"
      case notSupported: "NOT_SUP"
      case required: "REQ"
      default: "\(value)"
      }
    }
  }

  private enum Token {
    static let version: UInt8 = 0
    static let encryption: UInt8 = 1
    static let instance: UInt8 = 2
    static let thread: UInt8 = 3
    static let mars: UInt8 = 4
    static let end: UInt8 = 0xFF
  }

  /// Version and sub-build, 6 bytes.
  var version: [UInt8] = [9, 0, 0, 0, 0, 0]
  /// nil: the option is not there.
  var encryption: UInt8?
  /// INSTOPT: a client's instance with a NUL behind it, or a server's verdict.
  var instance: [UInt8] = [0]

  init(encryption: UInt8, instance: String? = nil) {
    self.encryption = encryption
    if let instance { self.instance = Array(instance.utf8) + [0] }
  }

  /// Reads a message; nil: it is none, since the version is not its first option or an option leads out of it.
  init?(_ data: [UInt8]) {
    guard data.first == Token.version else { return nil }
    var place = 0
    while true {
      guard place < data.count else { return nil }
      let token = data[place]
      if token == Token.end { return }
      guard place + 5 <= data.count else { return nil }
      let offset = Int(data[place + 1]) << 8 | Int(data[place + 2])
      let length = Int(data[place + 3]) << 8 | Int(data[place + 4])
      guard offset + length <= data.count else { return nil }
      let value = Array(data[offset..<(offset + length)])
      switch token {
      case Token.version: if value.count == 6 { version = value } else { return nil }
      case Token.encryption: encryption = value.first
      case Token.instance: instance = value
      default: break
      }
      place += 5
    }
  }

  /// The message's data, without packets around it.
  var data: [UInt8] {
    let options: [(UInt8, [UInt8])] = [
      (Token.version, version), (Token.encryption, [encryption ?? Encryption.notSupported]),
      (Token.instance, instance), (Token.thread, [0, 0, 0, 0]), (Token.mars, [0]),
    ]
    var offset = options.count * 5 + 1
    var head: [UInt8] = []
    var values: [UInt8] = []
    for (token, value) in options {
      head += [
        token, UInt8(offset >> 8), UInt8(offset & 0xFF), UInt8(value.count >> 8), UInt8(value.count & 0xFF),
      ]
      values += value
      offset += value.count
    }
    return head + [Token.end] + values
  }

  /// The same, saying that there is no encryption: what a library is told that gets plain bytes from us.
  var withoutEncryption: PreloginMessage {
    var message = self
    message.encryption = Encryption.notSupported
    message.instance = [0]
    return message
  }
}

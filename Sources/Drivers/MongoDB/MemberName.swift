internal import Transport

/// The name by which a server of a deployment is called by others: `host:port`, the port 27017 where there is none.
///
/// It comes from whoever has answered, so it is a host's name or an address and nothing else: what begins with `/`
/// would lead to a Unix socket, which has no TLS.
struct MemberName: Equatable, Sendable {
  let host: String
  let port: UInt16

  /// libmongoc has room for no more (BSON_HOST_NAME_MAX).
  private static let longest = 255

  /// nil: it is no such name.
  init?(_ text: String) {
    guard text.utf8.count <= Self.longest else { return nil }
    var rest = text[...]
    if rest.first == "[" {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      host = String(rest[rest.index(after: rest.startIndex)..<end])
      rest = rest[rest.index(after: end)...]
      guard Self.isAddressOf6(host) else { return nil }
    } else {
      host = String(rest.prefix { $0 != ":" })
      rest = rest.dropFirst(host.count)
      guard Self.isName(host) else { return nil }
    }
    guard !rest.isEmpty else {
      port = 27_017
      return
    }
    guard rest.removeFirst() == ":", (1...5).contains(rest.utf8.count),
      rest.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(rest), port > 0
    else { return nil }
    self.port = port
  }

  /// Whether it is a host's name or an address, without brackets.
  static func isHost(_ text: String) -> Bool {
    text.utf8.count <= longest && (isName(text) || isAddressOf6(text))
  }

  /// Names in letters, digits and marks that DNS and the operators' hosts files have; IPv4 addresses look the same.
  private static func isName(_ text: String) -> Bool {
    text.utf8.contains { $0 != UInt8(ascii: ".") }
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
      }
  }

  private static func isAddressOf6(_ text: String) -> Bool {
    text.contains(":") && isNumericAddress(text)
      // C reads to the first NUL only, and a zone says nothing to another computer.
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 48...58, 65...70, 97...102, UInt8(ascii: "."): true
        default: false
        }
      }
  }
}

/// LOGIN7 (MS-TDS section 2.2.6.4), as far as a relay has to touch it: db-lib knows the relay as its server, and
/// servers that many share (Azure's) go by the name that the client has for them.
enum Login7 {
  /// Where the fixed part has the offset of each text; its length in characters follows.
  private static let offsets = [36, 40, 44, 48, 52, 56, 60, 64, 68, 78, 82, 86]
  private static let password = 44
  private static let serverName = 52
  /// ibExtension, whose data are the offset of the feature extensions, in 4 bytes.
  private static let extensionOffset = 56
  private static let fixedLength = 94
  /// Section 2.2.6.4: names have 128 characters at most.
  private static let longestName = 128

  /// What db-lib is given instead of the password, so that it cannot send it anywhere by itself: letters, as many as the
  /// password has UTF-16 code units.
  static func placeholder(for secret: String) -> String {
    String((0..<secret.utf16.count).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x" })
  }

  /// The message's data with another server's name and the password in it; nil: it is no LOGIN7 as db-lib makes it.
  static func data(_ given: [UInt8], namingServer name: String, password secret: String) -> [UInt8]? {
    guard given.count >= fixedLength, number(given, 0, 4) == given.count else { return nil }
    var data = given
    // Section 2.2.6.4: of each byte the halves change places, then XOR 0xA5.
    let bytes = secret.utf16.flatMap { unit -> [UInt8] in [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    let hidden = bytes.map { byte -> UInt8 in (byte << 4 | byte >> 4) ^ 0xA5 }
    let place = number(data, password, 2)
    guard number(data, password + 2, 2) * 2 == hidden.count, place >= fixedLength,
      place + hidden.count <= data.count
    else { return nil }
    data.replaceSubrange(place..<(place + hidden.count), with: hidden)
    let start = number(data, serverName, 2)
    let length = number(data, serverName + 2, 2) * 2
    guard start >= fixedLength, start + length <= data.count else { return nil }
    let units = Array(name.utf16.prefix(longestName))
    let text = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let shift = text.count - length

    var result = data
    for offset in offsets where number(data, offset, 2) > start {
      put(number(data, offset, 2) + shift, in: &result, at: offset, 2)
    }
    let pointer = number(data, extensionOffset, 2)
    if number(data, extensionOffset + 2, 2) == 4, pointer >= fixedLength, pointer + 4 <= data.count {
      let features = number(data, pointer, 4)
      if features > start { put(features + shift, in: &result, at: pointer, 4) }
    }
    put(units.count, in: &result, at: serverName + 2, 2)
    put(data.count + shift, in: &result, at: 0, 4)
    result.replaceSubrange(start..<(start + length), with: text)
    return result
  }

  private static func number(_ data: [UInt8], _ place: Int, _ size: Int) -> Int {
    data[place..<(place + size)].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func put(_ value: Int, in data: inout [UInt8], at place: Int, _ size: Int) {
    for index in 0..<size { data[place + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
  }
}

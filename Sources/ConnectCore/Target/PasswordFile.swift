/// A password file as libpq reads it: lines of `host:port:database:user:password`.
package struct PasswordFile: Equatable, Sendable {
  private let text: String

  package init(_ text: String) { self.text = text }

  /// What became of reading the file.
  package enum Reading: Equatable, Sendable {
    case file(PasswordFile)
    /// There is none, or it cannot be read; the system's words.
    case unreadable(String)
    /// Others may read it, so it is not used.
    case readableByOthers
    case notAFile
    /// Repaired, its passwords would be others.
    case notUTF8
  }

  /// The password of the first line that fits; nil: none does.
  func password(host: HostPort, database: String, user: String) -> String? {
    let wanted = [Self.names(of: host), ["\(host.port)"], [database], [user]]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      let fields = Self.fields(of: line)
      guard fields.count == 5 else { continue }
      let fits = zip(fields, wanted).allSatisfy { field, names in
        field.isWildcard || names.contains(field.text)
      }
      if fits { return fields[4].text }
    }
    return nil
  }

  /// libpq looks for a server on the default socket under `localhost`.
  private static func names(of host: HostPort) -> [String] {
    let isDefaultSocket = ["/tmp", "/var/run/postgresql", "/run/postgresql"].contains(host.host)
    return isDefaultSocket ? ["localhost", host.host] : [host.host]
  }

  private struct Field {
    var text = ""
    /// An unescaped `*` alone.
    var isWildcard = false
  }

  /// The line cut at its first four unescaped colons; the password may hold more of them.
  private static func fields(of line: Substring) -> [Field] {
    var fields = [Field()]
    var isEscaped = false
    var raw = ""
    for character in line {
      if isEscaped {
        fields[fields.count - 1].text.append(character)
        raw += "\\" + String(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == ":", fields.count < 5 {
        fields[fields.count - 1].isWildcard = raw == "*"
        fields.append(Field())
        raw = ""
      } else {
        fields[fields.count - 1].text.append(character)
        raw.append(character)
      }
    }
    return fields
  }
}

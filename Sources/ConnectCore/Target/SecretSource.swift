/// Where a password or pass phrase is read from, in the manner of openssl's pass phrase arguments.
package enum SecretSource: Equatable, Sendable {
  /// `env:NAME`
  case environment(String)
  /// `file:PATH`: its first line.
  case file(String)
  /// `fd:N`: the next line of an open file descriptor.
  case descriptor(Int32)
  /// `stdin`: the next line; the password comes before the pass phrase.
  case standardInput
  /// `prompt`: typed at the terminal without echo.
  case prompt
  /// `cmd:SHELL COMMAND`: the first line that it prints.
  case command(String)
  /// `pass:TEXT`: the secret itself, which other users of the machine may see.
  case text(Secret)

  /// The forms, for messages and help.
  package static let forms = "env:NAME, file:PATH, fd:N, stdin, prompt, cmd:COMMAND or pass:TEXT"

  /// Reads an option's value. Throws where it is none of the forms; the message does not show it, since it
  /// may well be the secret.
  package init(_ text: String, option: String) throws(UsageError) {
    let kind = text.prefix { $0 != ":" }
    let hasRest = kind.endIndex != text.endIndex
    let rest = String(text[kind.endIndex...].dropFirst())
    switch (kind, hasRest) {
    case ("stdin", false): self = .standardInput
    case ("prompt", false): self = .prompt
    case ("pass", true): self = .text(Secret(rest))
    case ("env", true) where !rest.isEmpty && !rest.contains("="): self = .environment(rest)
    case ("file", true) where !rest.isEmpty: self = .file(rest)
    case ("cmd", true) where !rest.isEmpty: self = .command(rest)
    case ("fd", true):
      guard rest.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int32(rest) else { fallthrough }
      self = .descriptor(number)
    default:
      throw UsageError("\(option) takes \(Self.forms); the value is not shown, in case it is a secret.")
    }
  }
}

/// The options that take a secret.
package enum SecretUse: String, CaseIterable, Sendable {
  case password = "--password"
  case keyPassphrase = "--ssl-key-passphrase"
}

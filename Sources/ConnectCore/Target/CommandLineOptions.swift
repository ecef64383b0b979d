/// An option of the command line, as far as finding its value needs.
package struct CommandLineOption: Equatable, Sendable {
  /// Without `--`.
  package let name: String
  package let letters: [Character]
  package let takesValue: Bool

  /// How messages name it: `-h/--host`.
  package var label: String { (letters.prefix(1).map { "-\($0)" } + ["--\(name)"]).joined(separator: "/") }

  private init(_ name: String, _ letters: [Character] = [], takesValue: Bool = true) {
    self.name = name
    self.letters = letters
    self.takesValue = takesValue
  }

  /// Every option of every command. The executable declares them a second time, for the parser's help and
  /// completions; a test holds the two together.
  package static let all: [CommandLineOption] = [
    Self("engine"), Self("host", ["h"]), Self("port", ["p"]), Self("user", ["U", "u"]),
    Self("database", ["d"]), Self("ssl"), Self("ssl-ca"), Self("ssl-cert"), Self("ssl-key"),
    Self("ssl-key-passphrase"), Self("ssl-crl"), Self("server-name"), Self("tls-min"), Self("password"),
    Self("until"), Self("timeout"), Self("wait"), Self("expect"), Self("format"), Self("color"),
    Self("show-certs", takesValue: false), Self("quiet", takesValue: false),
    Self("verbose", takesValue: false), Self("ipv4", ["4"], takesValue: false),
    Self("ipv6", ["6"], takesValue: false), Self("auth-source"), Self("service-name"), Self("sid"),
    Self("instance"), Self("help", takesValue: false), Self("version", takesValue: false),
    Self("generate-completion-script"),
  ]

  static func named(_ name: some StringProtocol) -> CommandLineOption? { all.first { $0.name == name } }
  static func lettered(_ letter: Character) -> CommandLineOption? {
    all.first { $0.letters.contains(letter) }
  }
}

/// The subcommands' names. `worker` is for the program itself.
package enum CommandName: String, CaseIterable, Sendable {
  case test, modes, check, explain, engines, services, help, worker
}

import ConnectCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Reads secrets from where the command line says that they are. No message holds one.
final class SecretReader {
  /// A line longer than this is no password.
  private static let limit = 65_536

  private let environment: EnvironmentSnapshot
  /// Files stay open, so that a second secret from the same file is its second line.
  private var files: [String: Int32] = [:]

  init(environment: EnvironmentSnapshot) { self.environment = environment }

  /// The secret. Throws where there is none to be read.
  func read(_ source: SecretSource, for use: SecretUse) throws(UsageError) -> Secret {
    let bytes: [UInt8]
    switch source {
    case .text(let secret): bytes = Array(secret.exposed.utf8)
    case .environment(let name):
      guard let value = environment[name] else {
        throw fault(use, "the environment variable \(name.quoted) is not set")
      }
      guard !environment.notUTF8.contains(name) else { throw fault(use, "the secret is not UTF-8") }
      bytes = Array(value.utf8)
    case .file(let path): bytes = try line(ofFile: path, use)
    case .descriptor(let number): bytes = try line(of: number, "file descriptor \(number)", use)
    case .standardInput: bytes = try line(of: STDIN_FILENO, "standard input", use)
    case .prompt: bytes = try typed(use)
    case .command(let command): bytes = try printed(by: command, use)
    }
    return try secret(bytes, use)
  }

  private func line(ofFile path: String, _ use: SecretUse) throws(UsageError) -> [UInt8] {
    let isFirst = files[path] == nil
    let descriptor = files[path] ?? open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw fault(use, "the file \(path.quoted) cannot be read: \(System.errorText())")
    }
    files[path] = descriptor
    return try line(of: descriptor, "the file \(path.quoted)", use, mayBeEmpty: isFirst)
  }

  private func line(
    of descriptor: Int32, _ name: String, _ use: SecretUse, mayBeEmpty: Bool = false
  ) throws(UsageError) -> [UInt8] {
    switch LineReader(descriptor: descriptor).next(limit: Self.limit) {
    case .line(let line): return line
    case .end where mayBeEmpty: return []
    case .end: throw fault(use, "\(name) ended before a line came")
    case .tooLong: throw fault(use, "the line in \(name) is too long")
    case .failed(let error): throw fault(use, "\(name) cannot be read: \(String(cString: strerror(error)))")
    }
  }

  private func typed(_ use: SecretUse) throws(UsageError) -> [UInt8] {
    let question = use == .password ? "Password: " : "Pass phrase of the client's key: "
    switch TerminalPrompt.ask(question, limit: Self.limit) {
    case .line(let line): return line
    case .end: throw fault(use, "nothing was typed")
    case .tooLong: throw fault(use, "what was typed is too long")
    case .failed(let error):
      throw fault(use, "there is no terminal to ask on: \(String(cString: strerror(error)))")
    }
  }

  private func printed(by command: String, _ use: SecretUse) throws(UsageError) -> [UInt8] {
    switch ShellCommand(command, environment: environment).run(seconds: 30, limit: Self.limit) {
    case .printed(let bytes):
      guard !bytes.isEmpty else { throw fault(use, "the command printed nothing") }
      return Array(bytes.prefix { $0 != UInt8(ascii: "\n") })
    case .exited(let code): throw fault(use, "the command ended with exit code \(code)")
    case .killed(let signal): throw fault(use, "the command was ended by signal \(signal)")
    case .timedOut: throw fault(use, "the command took longer than 30 seconds")
    case .notStarted(let error):
      throw fault(use, "/bin/sh could not be started: \(String(cString: strerror(error)))")
    }
  }

  /// The text without one line end.
  private func secret(_ bytes: [UInt8], _ use: SecretUse) throws(UsageError) -> Secret {
    var bytes = bytes
    if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    guard !bytes.contains(0) else { throw fault(use, "the secret holds a NUL byte") }
    guard let text = String(strictUTF8: bytes) else { throw fault(use, "the secret is not UTF-8") }
    return Secret(text)
  }

  private func fault(_ use: SecretUse, _ reason: String) -> UsageError {
    UsageError("\(use.rawValue): \(reason).")
  }
}

import Foundation

/// Why the lab cannot do what a test asked for.
public struct LabFailure: Error, CustomStringConvertible {
  /// What is wrong, and what to do.
  public let description: String

  init(_ description: String) { self.description = description }
}

private struct Request<Payload: Encodable>: Encodable {
  var id: Int
  var `do`: String
  var with: Payload
}

private struct Reply<Answer: Decodable>: Decodable {
  var result: Answer?
  var error: String?
}

private struct Envelope: Decodable { var id: Int }

/// A Python program of Tests/LabHelpers that lives as long as the test process and answers one request a line.
///
/// It ends by itself when its input ends, also when the test process is killed.
final class Helper: @unchecked Sendable {
  private let name: String
  private let requests: FileHandle
  private let errors: FileHandle
  private let condition = NSCondition()
  private var count = 0
  private var answers: [Int: Data] = [:]
  private var ended = false

  init(_ script: String, _ arguments: [String] = []) throws {
    signal(SIGPIPE, SIG_IGN)
    self.name = script
    let python = Package.folder + "/.venv/bin/python"
    guard FileManager.default.isExecutableFile(atPath: python) else {
      throw LabFailure("The tests' Python packages are not installed: run `make setup`.")
    }
    let input = try PrivatePipe()
    let output = try PrivatePipe()
    // Its errors go to a file that has no name any more: it goes with the last who holds it.
    var name = Array((NSTemporaryDirectory() + "tablepro-XXXXXX").utf8CString)
    let errorFile = mkstemp(&name)
    unlink(name)
    _ = fcntl(errorFile, F_SETFD, FD_CLOEXEC)
    errors = FileHandle(fileDescriptor: errorFile)
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    _ = try spawn(
      [python, "\(Package.folder)/Tests/LabHelpers/\(script)"] + arguments,
      environment: ["PATH=\(path)", "LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1"], input: input.reading,
      output: output.writing, errors: errorFile)
    for descriptor in [input.reading, output.writing] { close(descriptor) }
    requests = FileHandle(fileDescriptor: input.writing)
    Thread.detachNewThread { [self] in receive(from: output.reading) }
  }

  /// Sends a request and waits for its answer.
  func ask<Answer: Decodable>(
    _ action: String, _ payload: some Encodable, for: Answer.Type
  ) throws -> Answer {
    condition.lock()
    count += 1
    let id = count
    condition.unlock()
    var line = try JSONEncoder().encode(Request(id: id, do: action, with: payload))
    line.append(UInt8(ascii: "\n"))
    condition.lock()
    // A helper that has ended is noticed below.
    try? requests.write(contentsOf: line)
    while answers[id] == nil, !ended { condition.wait() }
    let answer = answers.removeValue(forKey: id)
    condition.unlock()
    guard let answer else {
      try? errors.seek(toOffset: 0)
      let text = String(decoding: (try? errors.readToEnd()) ?? Data(), as: UTF8.self)
      throw LabFailure("\(self.name) ended: \(text.suffix(2000))\nIf a package is missing, run `make setup`.")
    }
    let reply = try JSONDecoder().decode(Reply<Answer>.self, from: answer)
    guard let result = reply.result else { throw LabFailure(reply.error ?? "\(name): no answer") }
    return result
  }

  private func receive(from descriptor: Int32) {
    var pending = Data()
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      pending.append(contentsOf: buffer[..<count])
      while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(pending[..<end])
        pending = Data(pending[(end + 1)...])
        guard let id = try? JSONDecoder().decode(Envelope.self, from: line).id else { continue }
        condition.lock()
        answers[id] = line
        condition.broadcast()
        condition.unlock()
      }
    }
    condition.lock()
    ended = true
    condition.broadcast()
    condition.unlock()
  }
}

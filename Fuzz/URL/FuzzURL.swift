import ConnectCore

/// A password that stands where one stands in a URL. No message may hold it, and the process's title loses it.
private let marker = "Zx9hunter2Qy"

/// Any bytes as a URL: a target or a usage error, never a crash, and never the password.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzURL(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = data.map { Array(UnsafeBufferPointer(start: $0, count: count)) } ?? []
  let text = String(decoding: bytes, as: UTF8.self)
  resolve(text)
  resolve("postgres://" + text)
  for url in ["postgres://u:\(marker)@" + text, "postgresql://h/d?password=\(marker)&" + text] {
    if let message = resolve(url) { precondition(!message.contains(marker), "\(url): \(message)") }
  }
  scrub("postgres://u:\(marker)@" + text)
  return 0
}

/// The usage error's message; nil: it resolved.
@discardableResult
private func resolve(_ url: String) -> String? {
  var options = TargetOptions()
  options.url = url
  let resolver = TargetResolver(
    environment: EnvironmentSnapshot([:]), systemUser: { "user" },
    built: [.postgres, .redshift, .cockroachdb],
    readSecret: { _, _ in Secret("") }, readPasswordFile: { _ in .notAFile })
  do throws(UsageError) {
    let target = try resolver.resolve(options).target
    precondition(!target.hosts.isEmpty, url)
    return nil
  } catch {
    return error.message
  }
}

/// Overwrites what the scrubber names, as the program does with its own arguments.
private func scrub(_ url: String) {
  // Arguments end at their first NUL.
  guard !url.utf8.contains(0) else { return }
  var bytes = Array(url.utf8)
  for spot in ArgvScrubber.secrets(in: [url]) where spot.word == 0 {
    for offset in spot.bytes { bytes[offset] = UInt8(ascii: "*") }
  }
  precondition(!String(decoding: bytes, as: UTF8.self).contains(marker), url)
}

import CMongoC
internal import ConnectCore
internal import Transport

/// A connection of ours as libmongoc sees it (mongoc-stream.h): a table of functions that read and write.
///
/// Every call waits by itself, until the connection's deadline and no longer, whatever libmongoc's own timeout says;
/// so `poll` has nothing to wait for. What failed is kept, since libmongoc passes on words only.
final class MongoStream {
  private let member: MongoMember
  private var buffer: [UInt8] = []

  init(_ member: MongoMember) { self.member = member }

  /// What libmongoc takes over; it calls `destroy` when it is done.
  func makeHandle() -> UnsafeMutablePointer<mongoc_stream_t> {
    let handle = UnsafeMutablePointer<libmongoc_stream>.allocate(capacity: 1)
    var table = mongoc_stream_t()
    // None of the types that libmongoc knows (mongoc-stream-private.h).
    table.type = 100
    table.destroy = { MongoStream.destroy($0) }
    table.failed = { MongoStream.destroy($0) }
    table.close = { _ in 0 }
    table.flush = { _ in 0 }
    table.writev = { stream, parts, count, _ in MongoStream.owner(stream).write(parts, count) }
    table.readv = { stream, parts, count, least, _ in MongoStream.owner(stream).read(parts, count, least) }
    table.setsockopt = { _, _, _, _, _ in 0 }
    table.check_closed = { MongoStream.owner($0).member.failure != nil }
    table.poll = { streams, count, _ in
      for index in 0..<count { streams?[index].revents = streams?[index].events ?? 0 }
      return count
    }
    table.timed_out = { MongoStream.owner($0).member.failure?.event == .timedOut }
    table.should_retry = { _ in false }
    handle.initialize(to: libmongoc_stream(table: table, owner: Unmanaged.passRetained(self).toOpaque()))
    return UnsafeMutableRawPointer(handle).assumingMemoryBound(to: mongoc_stream_t.self)
  }

  private static func handle(
    _ stream: UnsafeMutablePointer<mongoc_stream_t>?
  ) -> UnsafeMutablePointer<libmongoc_stream> {
    // libmongoc never calls a stream's function without the stream.
    UnsafeMutableRawPointer(stream.unsafelyUnwrapped).assumingMemoryBound(to: libmongoc_stream.self)
  }

  private static func owner(_ stream: UnsafeMutablePointer<mongoc_stream_t>?) -> MongoStream {
    Unmanaged<MongoStream>.fromOpaque(handle(stream).pointee.owner.unsafelyUnwrapped).takeUnretainedValue()
  }

  private static func destroy(_ stream: UnsafeMutablePointer<mongoc_stream_t>?) {
    guard stream != nil else { return }
    let handle = handle(stream)
    handle.pointee.owner.map { Unmanaged<MongoStream>.fromOpaque($0).release() }
    handle.deallocate()
  }

  private func write(_ parts: UnsafeMutablePointer<mongoc_iovec_t>?, _ count: Int) -> Int {
    var bytes: [UInt8] = []
    for part in UnsafeBufferPointer(start: parts, count: count) {
      bytes += UnsafeRawBufferPointer(start: part.iov_base, count: Int(part.iov_len))
    }
    guard member.write(bytes) else { return failed() }
    return bytes.count
  }

  /// Fills the parts; returns early only when at least `least` bytes are there.
  private func read(
    _ parts: UnsafeMutablePointer<mongoc_iovec_t>?, _ count: Int, _ least: Int
  ) -> Int {
    let parts = UnsafeBufferPointer(start: parts, count: count)
    let wanted = parts.reduce(0) { $0 + Int($1.iov_len) }
    while buffer.count < max(1, min(least, wanted)) {
      guard let bytes = member.read() else { return failed() }
      buffer += bytes
    }
    var taken = 0
    for part in parts where taken < buffer.count {
      let count = min(Int(part.iov_len), buffer.count - taken)
      buffer.withUnsafeBytes { bytes in
        part.iov_base?.copyMemory(from: bytes.baseAddress.unsafelyUnwrapped + taken, byteCount: count)
      }
      taken += count
    }
    buffer.removeFirst(taken)
    return taken
  }

  private func failed() -> Int {
    errno = member.failure?.event == .timedOut ? ETIMEDOUT : ECONNRESET
    return -1
  }
}

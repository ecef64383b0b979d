import CHiredis

/// hiredis' reader with bounds: what a hostile server sends costs no more memory than `mostBytes` and
/// `mostParts` allow, and hiredis itself ends deep nesting.
final class RedisReplyReader {
  /// What one look brings.
  enum Look: Equatable {
    case reply(RedisReply)
    /// More bytes are needed.
    case incomplete
    /// It is no reply, or one that is too long; hiredis' words, or ours.
    case invalid(String)
  }

  /// The most bytes that a reply may have. The longest that is asked for is a section of INFO, some kilobytes.
  static let mostBytes = 1 << 18
  /// The most strings, numbers and arrays in one reply.
  static let mostParts = 4_096

  private let functions: HiredisFunctions
  private let reader: UnsafeMutablePointer<redisReader>
  private var collector = Collector()
  /// Bytes since the last reply.
  private var pending = 0

  /// nil: there is no memory for it.
  init?(_ hiredis: Hiredis) {
    functions = hiredis.functions
    guard let reader = functions.redisReaderCreateWithFunctions(Collector.functions.pointer) else {
      return nil
    }
    self.reader = reader
    reader.pointee.privdata = Unmanaged.passUnretained(collector).toOpaque()
  }

  deinit { functions.redisReaderFree(reader) }

  /// Takes bytes in; false: they are too many for one reply.
  func feed(_ bytes: [UInt8]) -> Bool {
    pending += bytes.count
    guard pending <= Self.mostBytes else { return false }
    return bytes.withUnsafeBytes {
      let start = $0.baseAddress?.assumingMemoryBound(to: CChar.self)
      return functions.redisReaderFeed(reader, start, $0.count) == REDIS_OK
    }
  }

  func next() -> Look {
    var object: UnsafeMutableRawPointer?
    guard functions.redisReaderGetReply(reader, &object) == REDIS_OK else {
      let words = withUnsafeBytes(of: reader.pointee.errstr) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      return .invalid(collector.isFull ? "a reply has more than \(Self.mostParts) parts" : words)
    }
    guard let object else { return .incomplete }
    defer { collector.empty() }
    pending = reader.pointee.len - reader.pointee.pos
    return .reply(collector.reply(object))
  }
}

/// What hiredis has read of one reply. It knows the parts by their numbers, from 1, as its pointers.
private final class Collector {
  private struct Part {
    var value: RedisReply
    /// An array's.
    var children: [Int] = []
  }

  private var parts: [Part] = []
  private(set) var isFull = false

  func empty() { parts = [] }

  func reply(_ object: UnsafeMutableRawPointer) -> RedisReply { reply(Int(bitPattern: object) - 1) }

  private func reply(_ index: Int) -> RedisReply {
    guard parts.indices.contains(index) else { return .null }
    guard case .array = parts[index].value else { return parts[index].value }
    return .array(parts[index].children.map(reply))
  }

  private func add(_ value: RedisReply, _ task: redisReadTask, room: Int = 0) -> UnsafeMutableRawPointer? {
    guard room < RedisReplyReader.mostParts - parts.count else {
      isFull = true
      return nil
    }
    if let parent = task.parent?.pointee.obj.map({ Int(bitPattern: $0) - 1 }), parts.indices.contains(parent)
    {
      parts[parent].children.append(parts.count)
    }
    parts.append(Part(value: value))
    return UnsafeMutableRawPointer(bitPattern: parts.count)
  }

  private static func add(
    _ task: UnsafePointer<redisReadTask>?, room: Int = 0, _ value: (redisReadTask) -> RedisReply
  ) -> UnsafeMutableRawPointer? {
    guard let task = task?.pointee, let collector = task.privdata else { return nil }
    return Unmanaged<Collector>.fromOpaque(collector).takeUnretainedValue().add(value(task), task, room: room)
  }

  /// The functions that hiredis calls. The types of some of their arguments differ between its versions.
  struct Functions: @unchecked Sendable {
    // Made once and never changed; hiredis keeps the pointer.
    let pointer = UnsafeMutablePointer<redisReplyObjectFunctions>.allocate(capacity: 1)
  }

  static let functions: Functions = {
    var made = redisReplyObjectFunctions()
    made.createString = { task, start, count in
      Collector.add(task) { task in
        let bytes = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
        let text = String(decoding: bytes, as: UTF8.self)
        return switch task.type {
        case REDIS_REPLY_ERROR: .error(text)
        case REDIS_REPLY_STATUS: .status(text)
        default: .string(text)
        }
      }
    }
    made.createArray = { task, count in Collector.add(task, room: Int(clamping: count)) { _ in .array([]) } }
    made.createInteger = { task, number in Collector.add(task) { _ in .integer(number) } }
    made.createNil = { task in Collector.add(task) { _ in .null } }
    // The parts are the collector's.
    made.freeObject = { _ in }
    let functions = Functions()
    functions.pointer.initialize(to: made)
    return functions
  }()
}

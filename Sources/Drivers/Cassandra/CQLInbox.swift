/// What a server has sent and nobody has read yet, cut into frames.
struct CQLInbox {
  /// What comes next.
  enum Next: Equatable {
    case frame(CQLFrame)
    /// More has to come.
    case incomplete
    /// Not this protocol.
    case foreign
    /// A segment whose checksum is wrong.
    case broken
  }

  /// Whether frames come in segments from now on. (What a server sends before is whole frames.)
  var isSegmented = false
  /// What has arrived, and is not read yet.
  private(set) var arrived: [UInt8] = []
  /// What was in segments, and is not read yet.
  private var unpacked: [UInt8] = []

  mutating func append(_ bytes: [UInt8]) { arrived += bytes }

  /// Takes the next frame out, if it is there.
  mutating func next() -> Next {
    guard isSegmented else { return Self.takeFrame(from: &arrived) }
    while true {
      let next = Self.takeFrame(from: &unpacked)
      guard next == .incomplete else { return next }
      switch CQLSegment.read(arrived) {
      case .incomplete: return .incomplete
      case .broken: return .broken
      case .segment(let payload, let length):
        unpacked += payload
        arrived.removeFirst(length)
      }
    }
  }

  private static func takeFrame(from bytes: inout [UInt8]) -> Next {
    switch CQLFrame.read(bytes) {
    case .incomplete: return .incomplete
    case .foreign: return .foreign
    case .frame(let frame, let length):
      bytes.removeFirst(length)
      return .frame(frame)
    }
  }
}

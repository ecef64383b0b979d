package import ConnectCore

extension FailureEvent {
  /// What an errno from connecting, reading or writing says.
  package static func socket(_ code: Int32) -> FailureEvent {
    switch code {
    case ECONNREFUSED, ENOENT: .refused(errno: code)
    case EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EACCES, EPERM, ENETDOWN, EHOSTDOWN, EAFNOSUPPORT, EINVAL:
      .unreachable(errno: code)
    case ETIMEDOUT: .timedOut
    case ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN: .reset(errno: code)
    default: .other(systemErrorText(code))
    }
  }
}

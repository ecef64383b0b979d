#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What the work costs this thread, whatever else the machine is doing.
func processorTime(of work: () -> Void) -> Duration {
  func spent() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
  let before = spent()
  work()
  return spent() - before
}

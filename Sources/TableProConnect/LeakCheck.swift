// Only in the build that `make sanitize` makes.
#if LEAK_CHECK
  /// LeakSanitizer looks when a process exits, and this one ends by `_exit`.
  enum LeakCheck {
    @_extern(c, "__lsan_do_leak_check")
    private static func doLeakCheck()

    /// Reports what nobody points to any more, and ends the process with the sanitizer's exit code if there is any.
    static func run() { doLeakCheck() }
  }
#endif

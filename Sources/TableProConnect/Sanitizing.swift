// Only in builds that scripts/sanitize.sh makes.
#if SANITIZING
  /// Where the sanitizers write what they find: tests run the program in an environment that holds no options for
  /// them, and look at standard error only for their own sake.
  private nonisolated(unsafe) let sanitizerOptions = StaticString(
    "log_path=/tmp/tablepro-connect-findings/finding:exitcode=99"
  ).utf8Start

  @_cdecl("__asan_default_options")
  public func asanDefaultOptions() -> UnsafePointer<CChar> {
    UnsafeRawPointer(sanitizerOptions).assumingMemoryBound(to: CChar.self)
  }

  @_cdecl("__tsan_default_options")
  public func tsanDefaultOptions() -> UnsafePointer<CChar> {
    UnsafeRawPointer(sanitizerOptions).assumingMemoryBound(to: CChar.self)
  }
#endif

#if LEAK_CHECK
  /// LeakSanitizer looks when a process exits, and this one ends by `_exit`.
  enum LeakCheck {
    @_extern(c, "__lsan_do_leak_check")
    private static func doLeakCheck()

    /// Reports what nobody points to any more, and ends the process with the sanitizer's exit code if there is any.
    static func run() { doLeakCheck() }
  }
#endif

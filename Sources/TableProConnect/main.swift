import ConnectCore

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

// Before anything is opened.
Output.isClosed = System.openStandardDescriptors().contains(STDOUT_FILENO)
// Before anything that could start a thread or open a library.
let environmentAtStart = System.takeEnvironment()
let words = System.takeArguments()
System.prepareSignals()

var exitCode: Int32 = 64
if let words {
  exitCode = Dispatch(surroundings: Surroundings(environment: environmentAtStart)).run(words)
} else {
  Output.complain("an argument is not UTF-8")
}
#if LEAK_CHECK
  LeakCheck.run()
#endif
// `exit` would run OpenSSL's cleanup while threads that nobody waits for may still be inside of it.
_exit(exitCode == 0 && Output.failed ? 1 : exitCode)

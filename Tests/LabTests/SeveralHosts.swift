import Foundation
import Lab
import Testing

/// Runs tests of several hosts, or of a name with several addresses.
enum SeveralHosts {
  static func run(_ engine: String, _ arguments: [String], user: String = Account.user, hosts: String? = nil)
    throws -> (
      result: ProgramResult, report: Report
    )
  {
    let login = [
      "-U", user, "-d", Account.database, "--password", "env:LAB_PASSWORD", "--format", "json",
      "--engine", engine, "--ssl-ca", try Lab.pki + "/ca.pem",
    ]
    let environment = ["LAB_PASSWORD": Account.password]
    let result: ProgramResult
    if let hosts {
      // A name with several addresses, without touching the machine's own /etc/hosts: in a mount namespace of
      // its own, which takes root or a user namespace.
      let folder = try TemporaryFolder()
      try hosts.write(toFile: folder.path + "/hosts", atomically: true, encoding: .utf8)
      let namespace = geteuid() == 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"]
      result = try Command.run(
        ["unshare"] + namespace + [
          "sh", "-c", #"mount --bind "$0" /etc/hosts && exec "$@""#, folder.path + "/hosts", Program.path,
        ] + arguments + login,
        environment: Program.cleanEnvironment.merging(environment) { $1 })
    } else {
      result = try Program.run(arguments + login, environment: environment)
    }
    return (result, try #require(Report(result.output), "\(result)"))
  }

  static func causes(_ report: Report) -> [String] {
    report.attempts.map { "\($0.address) \($0.cause ?? "connected")" }
  }
}

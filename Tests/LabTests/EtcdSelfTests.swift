import Lab
import Testing

/// etcd's own client finds the lab's servers as they are described.
@Suite struct EtcdSelfTests {
  private func run(
    _ server: EtcdServer, _ words: [String], user: String? = nil, password: String = Account.password
  ) throws -> ProgramResult {
    let port = try Lab.start(etcd: server).port
    let scheme = server.certificate == nil ? "http" : "https"
    var arguments = ["--endpoints", "\(scheme)://localhost:\(port)", "--command-timeout", "3s"]
    if server.certificate != nil { arguments += ["--cacert", try Lab.pki + "/ca.pem"] }
    if let user { arguments += ["--user", user, "--password", password] }
    return try Command.run(
      [Lab.etcdctl()] + arguments + words,
      environment: Program.cleanEnvironment.merging(["ETCDCTL_API": "3"]) { $1 })
  }

  @Test func users() throws {
    for server in [EtcdServer.plain, .good, .tls12, .tls13] {
      #expect(try run(server, ["get", "health"], user: EtcdAccount.user).exitCode == 0)
    }
    #expect(
      try run(.plain, ["get", "x"], user: EtcdAccount.keeper, password: Account.keeperPassword).exitCode == 0)
    let poor = try run(.plain, ["get", "health"], user: EtcdAccount.poor)
    #expect(poor.exitCode != 0 && poor.errors.contains("permission denied"), "\(poor)")
    let wrong = try run(.plain, ["get", "health"], user: EtcdAccount.user, password: "wrong")
    #expect(wrong.errors.contains("invalid user ID or password"), "\(wrong)")
    let nobody = try run(.plain, ["get", "health"])
    #expect(nobody.errors.contains("user name is empty"), "\(nobody)")
    #expect(try run(.plain.open, ["get", "health"]).exitCode == 0)
  }

  @Test func clientCertificates() throws {
    for (name, words) in [
      ("client", nil), ("client-nopass", nil), ("client-poor", "permission denied"),
      ("client-somebody", "permission denied"), ("client-unknown", ""),
      ("client-expired", ""),
    ] {
      let pair = try ["--cert", Lab.pki + "/\(name).crt", "--key", Lab.pki + "/\(name).key"]
      let result = try run(.mutual, pair + ["get", "health"])
      #expect(result.exitCode == (words == nil ? 0 : result.exitCode), "\(name): \(result)")
      if let words {
        #expect(
          result.exitCode != 0 && (words.isEmpty || result.errors.contains(words)), "\(name): \(result)")
      }
    }
  }

  @Test func members() throws {
    #expect(try run(.cluster(stopped: 1), ["get", "health"]).exitCode == 0)
    #expect(try run(.cluster(stopped: 2), ["get", "health"]).exitCode != 0)
    let learner = try run(.learner, ["get", "health"])
    #expect(learner.errors.contains("not supported for learner"), "\(learner)")
    let full = try run(.full, ["alarm", "list"])
    #expect(full.output.contains("NOSPACE"), "\(full)")
  }
}

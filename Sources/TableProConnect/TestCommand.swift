import ArgumentParser
import ConnectCore
import Transport

/// Tests one connection.
struct TestCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Test one connection (the default).",
    usage: "tablepro-connect [test] [URL] [options]")

  @OptionGroup var arguments: TestArguments

  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32 {
    let output = arguments.output
    let format = try output.format.map { text throws(UsageError) in try OptionValues.format(text) } ?? .text
    let color = try output.color.map { text throws(UsageError) in try OptionValues.color(text) } ?? .auto
    let expected = try arguments.course.expect.map { text throws(UsageError) in
      try OptionValues.expectation(text)
    }
    let wait = try arguments.course.wait.map { text throws(UsageError) in try OptionValues.wait(text) }

    let secrets = SecretReader(environment: surroundings.environment)
    let resolver = TargetResolver(
      environment: surroundings.environment, systemUser: { System.userName }, built: DriverRegistry.built,
      readSecret: { source, use throws(UsageError) in try secrets.read(source, for: use) },
      readPasswordFile: System.passwordFile)
    let resolved = try resolver.resolve(targetOptions)
    guard let driver = DriverRegistry.driver(for: resolved.target.engine) else {
      throw UsageError("The engine \(resolved.target.engine.rawValue) is not built yet.")
    }

    let test = ConnectionTest(
      target: resolved.target, warnings: resolved.warnings, expected: expected, wait: wait)
    let report = test.run(with: driver.init(), by: .system) { attempt in
      if output.verbose, test.wait != nil { Output.complain(attempt.line) }
    }
    if output.quiet { return report.exitCode }
    switch format {
    case .json:
      Output.print(report.json(showCertificates: output.showCerts))
    case .text:
      let style = TextStyle(
        color: Output.usesColor(color, environment: surroundings.environment), verbose: output.verbose,
        showCertificates: output.showCerts)
      Output.print(report.text(style))
    }
    return report.exitCode
  }

  private var targetOptions: TargetOptions {
    var options = TargetOptions()
    let server = arguments.server
    options.url = server.url
    options.engine = server.engine
    options.host = server.host
    options.port = server.port
    options.user = server.user
    options.database = server.database
    options.password = server.password
    options.authSource = server.authSource
    options.serviceName = server.serviceName
    options.sid = server.sid
    options.instance = server.instance

    let ssl = arguments.ssl
    options.ssl = ssl.ssl
    options.sslCA = ssl.sslCa
    options.sslCert = ssl.sslCert
    options.sslKey = ssl.sslKey
    options.sslKeyPassphrase = ssl.sslKeyPassphrase
    options.sslCRL = ssl.sslCrl
    options.serverName = ssl.serverName
    options.tlsMin = ssl.tlsMin

    let course = arguments.course
    options.until = course.until
    options.timeout = course.timeout
    options.ipv4 = course.ipv4
    options.ipv6 = course.ipv6
    options.showCertificates = arguments.output.showCerts
    return options
  }
}

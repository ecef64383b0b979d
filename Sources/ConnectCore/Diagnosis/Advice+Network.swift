extension Advice {
  static func other(_ context: FailureContext) -> Advice {
    if context.engine.opensFile { return fileOther(context) }
    return Advice(
      "The connection to \(context.place) failed for a reason that TablePro has no name for.",
      app: context.failure.error == nil
        ? "Read the notes below, and the server's log." : "Read the server response below.",
      commandLine: "--verbose shows every step")
  }

  static func nameResolutionFailed(_ context: FailureContext) -> Advice {
    if case .instanceNotFound = context.failure.event {
      let instance = context.observation.host.instance.map { " \(context.clean.line($0))" } ?? ""
      return Advice(
        "The port of the instance\(instance) of \(context.host) could not be found out.",
        app:
          "Check the instance's name, and that the SQL Server Browser service runs and UDP port 1434 is open; or enter the instance's own port in Port.",
        commandLine: "--port PORT, which needs no SQL Server Browser")
    }
    return Advice(
      "The host name \(context.host) could not be resolved.",
      app: "Check Host in the connection editor, and that this computer's DNS (or VPN) knows the name.",
      commandLine: "--host HOST")
  }

  static func connectionRefused(_ context: FailureContext) -> Advice {
    if context.observation.host.isUnixSocket {
      let isFile = context.target.engine.isMySQLFamily || context.target.engine == .redis
      return Advice(
        "No server listens on the Unix socket \(context.place).",
        app:
          "Check that the server is running, and the \(isFile ? "path" : "folder and port") of its socket.",
        commandLine: isFile ? "--host PATH" : "--host FOLDER --port PORT")
    }
    return Advice(
      "No server accepts connections at \(context.place).",
      app:
        "Check Host and Port in the connection editor, and that the server is running and listens on this address.",
      commandLine: "--host HOST --port PORT")
  }

  static func networkUnreachable(_ context: FailureContext) -> Advice {
    Advice(
      "There is no way to \(context.place) from this computer.",
      app: "Check your network, VPN and firewall, and Host in the connection editor.",
      commandLine: "--host HOST; -4 or -6 chooses the kind of address")
  }

  static func timedOut(_ context: FailureContext) -> Advice {
    if context.engine.opensFile { return fileTimedOut(context) }
    if let fault = context.fileFault {
      return Advice(
        "The file \(context.clean.line(fault.path)) could not be read to its end within \(context.seconds) s.",
        app: "Choose a file that is no pipe, or look at what should write to it.",
        commandLine: "\(fault.option) FILE")
    }
    return switch context.failure.stage {
    case .resolve:
      Advice(
        "The host name \(context.host) was not resolved within \(context.seconds) s.",
        app: "Check this computer's DNS and VPN, and Host in the connection editor.",
        commandLine: "\(context.target.timeLimit.rawValue) SECONDS waits longer")
    case .connect:
      Advice(
        "No connection to \(context.place) came about within \(context.seconds) s.",
        app:
          "Check Host and Port in the connection editor, and that no firewall on the way drops the connection.",
        commandLine: "\(context.target.timeLimit.rawValue) SECONDS waits longer")
    case .tls, .auth, .query:
      Advice(
        "The server at \(context.place) accepted the connection but did not answer within \(context.seconds) s.",
        app:
          "Check that \(context.engine.displayName) listens on this port, and whether the server is overloaded.",
        commandLine: "--port PORT; \(context.target.timeLimit.rawValue) SECONDS waits longer")
    }
  }

  static func connectionLost(_ context: FailureContext) -> Advice {
    let when =
      switch context.failure.stage {
      case .resolve, .connect: "before anything was said"
      case .tls: "during the TLS handshake"
      case .auth: "during the login"
      case .query: "after the login"
      }
    return Advice(
      "The connection to \(context.place) was closed by the other side \(when).",
      app:
        "Read the server's log. A proxy, a firewall or a limit of the server can close connections like this.",
      commandLine: "--host HOST --port PORT, if a proxy is in the way")
  }

  static func wrongProtocol(_ context: FailureContext) -> Advice {
    let words = EventWords(clean: context.clean, engine: context.target.engine)
    let product = context.engine.displayName
    let who =
      switch (context.failure.event, context.failure.answers.last) {
      case (.foreignAnswer(let answer), _), (.notTLS(let answer), _), (_, .isAnother(let answer)?):
        EventWords.capitalised(words.who(answer))
      case (_, .speaksTLSDirectly?): "A TLS server"
      default: "Something else"
      }
    return Advice(
      "\(who) answered at \(context.place), where \(product) was expected.",
      app: "Check Host, Port and the database type in the connection editor.",
      commandLine: "--engine ENGINE --host HOST --port PORT")
  }

  static func driverMissing(_ context: FailureContext) -> Advice {
    guard case .driverMissing(let missing) = context.failure.event else {
      return Advice(
        "The client library for \(context.engine.displayName) is missing.",
        app: "Install the client library.", commandLine: "--version lists the drivers that were found")
    }
    let name = context.clean.line(missing.library)
    let install = missing.installation
    guard let path = missing.refusedPath else {
      return Advice(
        "The client library \(name), which \(context.engine.opensFile ? "reads the files of" : "connects to") \(context.engine.displayName), was not found.",
        app: "Install it: \(install).",
        commandLine: "TABLEPRO_CONNECT_DRIVER_PATH=/folder/of/the/library names another place")
    }
    return Advice(
      "The client library \(context.clean.line(path)) cannot be used: \(context.clean.line(missing.refusal)).",
      app: "Install the system's own: \(install).",
      commandLine: "TABLEPRO_CONNECT_DRIVER_PATH=/folder/of/the/library names another place")
  }
}

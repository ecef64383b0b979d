package import ConnectCore
internal import HTTP
internal import Transport

/// etcd from version 3 on: the wire and its TLS are the program's own, HTTP/2 is libcurl's, gRPC and its messages are
/// few enough to be spoken here.
package struct EtcdDriver: Driver {
  package static let engines: [Engine] = [.etcd]
  package static let rules: any DiagnosisRules = EtcdRules()

  package static func library() -> Result<DriverLibrary, MissingDriver> { curl.map(\.library) }

  package init() {}

  package func connect(to target: ConnectionTarget, deadline: Deadline) -> Observation {
    let curl: Result<LibCurl?, MissingDriver> =
      target.until >= .auth ? Self.curl.map(Optional.some) : .success(try? Self.curl.get())
    return DirectTest(target, deadline: deadline).run(curl.map { EtcdEngine(curl: $0) })
  }

  private static var curl: Result<LibCurl, MissingDriver> {
    LibCurl.shared.flatMap { curl in
      curl.speaksHTTP2
        ? .success(curl)
        : .failure(
          MissingDriver(
            library: "libcurl", debianPackage: "libcurl4", homebrewFormula: "curl",
            refusedPath: curl.library.path, refusal: "it was built without HTTP/2", detail: ""))
    }
  }
}

import ConnectCore
import Foundation
import Lab
import Testing

/// `tablepro-connect engines`.
@Suite("Engines") struct EnginesTests {
  @Test func allOfThem() throws {
    let result = try Program.run(["engines"])
    #expect(result.exitCode == 0 && result.errors.isEmpty)
    let paragraphs = result.output.components(separatedBy: "\n\n")
    #expect(paragraphs.count == Engine.allCases.count)
    for (engine, paragraph) in zip(Engine.allCases, paragraphs) {
      #expect(paragraph.hasPrefix("\(engine.traits.displayName): --engine \(engine.rawValue)"))
      for line in ["URLs", "Port", "Default mode", "Preferred", "Guidance", "Driver"] {
        #expect(paragraph.contains("\n  \(line):"), "\(paragraph)")
      }
    }
  }

  @Test(arguments: ["postgres", "PG", "postgresql"]) func one(name: String) throws {
    let output = try Program.run(["engines", name]).output
    #expect(output.hasPrefix("PostgreSQL: --engine postgres, postgresql, pg\n"))
    #expect(output.contains("  Port:         5432\n"))
    #expect(output.contains("  Default mode: Preferred\n"))
    #expect(output.contains("goes on in plain text (libpq sslmode=prefer"))
    #expect(
      output.range(of: #"Driver: +libpq [0-9]+\.[0-9]+, /.*libpq\.so"#, options: .regularExpression) != nil)
    #expect(!output.contains("MySQL"))
  }

  @Test func json() throws {
    let result = try Program.run(["engines", "--format", "json"])
    #expect(result.exitCode == 0 && result.output.split(separator: "\n").count == 1)
    let faults = try SchemaValidator.faults(inEngines: result.output)
    #expect(faults.isEmpty, "\(faults)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(object["schema"] as? String == "tablepro-connect/engines/1")
    let engines = try #require(object["engines"] as? [[String: Any]])
    #expect(engines.compactMap { $0["id"] as? String } == Engine.allCases.map(\.rawValue))
    for engine in engines {
      let traits = try #require(Engine(name: engine["id"] as? String ?? "")).traits
      #expect(engine["defaultPort"] as? Int == traits.defaultPort.map(Int.init))
      #expect(engine["defaultTLSPort"] as? Int == traits.defaultTLSPort.map(Int.init))
      #expect(engine["defaultMode"] as? String == traits.defaultMode?.rawValue)
      let fallsBack: Bool? = traits.defaultMode == nil ? nil : traits.fallsBackToPlain
      #expect(engine["fallsBackToPlain"] as? Bool == fallsBack)
    }
  }

  @Test func aMissingLibraryComesWithTheCommandThatInstallsIt() {
    let state = EnginesReport(
      [
        EnginesReport.Entry(
          engine: .postgres,
          driver: .missing(
            MissingDriver(
              library: "libpq", debianPackage: "libpq5", homebrewFormula: "libpq", detail: "not found"))),
        EnginesReport.Entry(engine: .oracle, driver: .notBuilt),
      ])
    #expect(state.text.contains("Driver:       libpq is missing: apt install libpq5"))
    #expect(state.text.contains("brew install libpq"))
    #expect(state.json.contains(#""state":"missing","library":"libpq""#))
    #expect(state.json.contains(#""state":"notBuilt""#))
  }

  @Test(
    arguments: [
      (["engines", "nonsense"], "\"nonsense\""), (["engines", "postgres", "mysql"], "one engine"),
      (["engines", "--ssl", "required"], "--ssl"), (["engines", "--format", "xml"], "--format is \"xml\""),
      (["engines", "--format", "junit"], "junit is not built"), (["engines", "--nonsense"], "--nonsense"),
      (["engines", "--verbose"], "--verbose"), (["engines", ""], "\"\""),
    ])
  func usage(arguments: [String], naming: String) throws {
    let result = try Program.run(arguments)
    #expect(result.exitCode == 64)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(naming), "\(result.errors)")
  }
}

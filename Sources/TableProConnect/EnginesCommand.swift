import ArgumentParser
import ConnectCore

struct EnginesCommand: Command {
  static let configuration = CommandConfiguration(
    commandName: "engines",
    abstract: "Show the engines: defaults, ports, what Preferred does, guidance, and the drivers found.")

  // For the parser's help and completions; what they hold is read from the scanner.
  @Argument(
    help: ArgumentHelp("One engine: its name for --engine, or another of its names.", valueName: "engine"))
  var engine: String?

  @Option(help: ArgumentHelp("text or json. (default: text)", valueName: "format"))
  var format: String?

  func execute(in surroundings: Surroundings) throws(UsageError) -> Int32 {
    try execute(CommandLineScanner([]), in: surroundings)
  }

  func execute(_ words: CommandLineScanner, in surroundings: Surroundings) throws(UsageError) -> Int32 {
    if let fault = words.fault { throw fault }
    let others = words.values.map(\.option) + words.flags
    if let other = others.first(where: { $0.name != "format" }) {
      throw UsageError("\(other.label) is not an option of engines; it takes an engine and --format.")
    }
    guard words.operands.count <= 1 else {
      throw UsageError("engines takes one engine, or none for all of them.")
    }
    let format = try words.values.last.map { value throws(UsageError) in try OptionValues.format(value.text) }
    let engines = try words.operands.first.map { word throws(UsageError) in [try Self.engine(word.text)] }
    let report = EnginesReport(
      (engines ?? Engine.allCases).map {
        EnginesReport.Entry(engine: $0, driver: DriverRegistry.state(of: $0))
      })
    Output.print(format == .json ? report.json : report.text)
    return 0
  }

  private static func engine(_ name: String) throws(UsageError) -> Engine {
    if let engine = Engine(name: name) { return engine }
    throw UsageError(
      "engines \(name.quoted): there is no such engine; there are "
        + Engine.allCases.map(\.rawValue).joined(separator: ", ") + ".")
  }
}

/// The environment as it was when the program started. It is read once; afterwards the engines' families
/// of variables are gone from the process, so that no library obeys what was not asked for.
package struct EnvironmentSnapshot: Equatable, Sendable {
  package let variables: [String: String]
  /// The variables whose value is not UTF-8. What `variables` has of them was repaired, and so is another text.
  package let notUTF8: Set<String>

  package init(_ variables: [String: String], notUTF8: Set<String> = []) {
    self.variables = variables
    self.notUTF8 = notUTF8
  }

  /// The variable's value, also when it is empty; nil: it is not set.
  package subscript(name: String) -> String? { variables[name] }

  /// The variable's value; nil also when it is empty, as the engines' clients read their own variables.
  func nonEmpty(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// Throws where the variable's value is not UTF-8. To be asked about a variable that is used.
  func check(_ name: String) throws(UsageError) {
    guard notUTF8.contains(name) else { return }
    throw UsageError("The environment variable \(name) is not UTF-8 (its value is not shown).")
  }

  /// The variables to take out of the process's environment.
  package var namesToUnset: [String] { variables.keys.filter(EngineVariables.isEngineVariable).sorted() }

  /// What the engine's honoured variables say.
  func layer(for engine: Engine) -> TargetLayer {
    var layer = TargetLayer()
    for (field, name) in engine.variables.honoured {
      guard let value = nonEmpty(name) else { continue }
      layer[field] = Given(value, from: .environment(name), as: name)
    }
    return layer
  }

  /// One warning for each variable that the engine's clients would have obeyed and this program does not.
  func warnings(for engine: Engine) -> [String] {
    (engine.variables.ignored + engine.variables.passedBy).filter { nonEmpty($0) != nil }.map {
      "The environment variable \($0) is set and was ignored."
    }
  }
}

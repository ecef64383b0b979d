extension Advice {
  /// What a problem of the file means, for engines that open one.
  static func databaseFile(_ problem: DatabaseFileProblem, _ context: FailureContext) -> Advice {
    let product = context.engine.displayName
    let file = "“\(context.place)”"
    let path = "--database PATH"
    switch problem {
    case .missing:
      return Advice(
        "There is no file \(file).", app: "Check the file's path in the connection editor.",
        commandLine: path)
    case .folder:
      return Advice(
        "\(file) is a folder, where a file with \(article(product)) database was expected.",
        app: "Choose the database's file in the connection editor.", commandLine: path)
    case .notAFile:
      return Advice(
        "\(file) is not a plain file, and was not opened.",
        app: "Choose the database's file in the connection editor.", commandLine: path)
    case .noPermission:
      return Advice(
        "This user may not read the file \(file).",
        app:
          "Have its owner allow it: reading takes the right to read the file and to enter every folder above it.",
        commandLine: "ls -l PATH shows whose it is")
    case .notADatabase:
      return Advice(
        "The file \(file) is not \(article(product)) database.",
        app: "Check the file's path and the database type in the connection editor.",
        commandLine: "--engine ENGINE --database PATH")
    case .damaged:
      return Advice(
        "The file \(file) is \(article(product)) database, and it is damaged.",
        app: "Restore it from a backup. Work on a copy if you try to rescue what is in it.\(rescue(context))")
    case .encrypted:
      return Advice(
        "The file \(file) is encrypted, and no key was given.",
        app: "Open it with the program that has its key: this test takes none.")
    case .newer:
      return Advice(
        "The file \(file) was made by a newer version of \(product) than the library that was found.",
        app: "Update the library.",
        commandLine: "TABLEPRO_CONNECT_DRIVER_PATH=/folder/of/the/library names a newer one")
    case .older:
      return Advice(
        "The file \(file) was made by a version of \(product) so old that the library does not read it any more.",
        app: "Export it with the version that made it, and import it with the current one.",
        commandLine: "TABLEPRO_CONNECT_DRIVER_PATH=/folder/of/the/library names an older one")
    case .locked:
      return Advice(
        "The file \(file) is locked: another process has it for itself.",
        app: "Close the other program, or wait until it has finished writing, and try again.",
        commandLine: "--wait SECONDS tries again for that long")
    case .needsRecovery:
      return Advice(
        "The database \(file) has to be recovered before it can be read: a program that wrote to it was interrupted.",
        app:
          "Open it once with a program that may write to it and to its folder, which recovers it; this test writes nothing."
      )
    case .pathTooLong:
      return Advice(
        "The path \(file) is longer than \(product)'s library takes.",
        app: "Move the file to a shorter path.", commandLine: path)
    }
  }

  static func fileOther(_ context: FailureContext) -> Advice {
    Advice(
      "The file “\(context.place)” could not be read for a reason that TablePro has no name for.",
      app: "Read \(context.failure.error == nil ? "the notes" : "what the library said") below.",
      commandLine: "--verbose shows every step")
  }

  static func fileTimedOut(_ context: FailureContext) -> Advice {
    let schema =
      context.failure.stage == .query
      ? " A schema of very many tables and views takes long to read by itself." : ""
    return Advice(
      "The file “\(context.place)” could not be read within \(context.seconds) s.",
      app:
        "Check whether the disk or network share that it lies on answers, and what lies beside it.\(schema)",
      commandLine: "\(context.target.timeLimit.rawValue) SECONDS waits longer")
  }

  private static func rescue(_ context: FailureContext) -> String {
    context.target.engine == .sqlite ? " The sqlite3 shell's .recover does that." : ""
  }

  private static func article(_ product: String) -> String {
    product == "SQLite" ? "an SQLite" : "a \(product)"
  }
}

/// The command line, cut the way getopt cuts it: what belongs to an option, what stands alone.
///
/// The parser behind it shows values in its errors and takes `-pse=cret` apart in surprising places. So it
/// gets only what was understood here, and every mistake is told in words that repeat no value.
package struct CommandLineScanner: Equatable, Sendable {
  /// One word that belongs to an option: where its value is.
  package struct Value: Equatable, Sendable {
    package let option: CommandLineOption
    /// The index of the word that holds the value, and how many of its bytes come before it.
    package let word: Int
    package let offset: Int
    package let text: String
  }

  package private(set) var values: [Value] = []
  package private(set) var flags: [CommandLineOption] = []
  /// Words that belong to no option, by their index.
  package private(set) var operands: [(word: Int, text: String)] = []
  package private(set) var command: CommandName?
  /// The first mistake.
  package private(set) var fault: UsageError?

  package static func == (left: Self, right: Self) -> Bool {
    left.values == right.values && left.flags == right.flags && left.command == right.command
      && left.fault == right.fault && left.operands.map(\.text) == right.operands.map(\.text)
  }

  /// Cuts the words that follow the program's name.
  package init(_ words: [String]) {
    var index = 0
    var isOver = false
    while index < words.count {
      let word = words[index]
      if isOver || !word.hasPrefix("-") || word == "-" {
        takeOperand(word, at: index, mayBeCommand: !isOver)
      } else if word == "--" {
        isOver = true
      } else if word.hasPrefix("--") {
        takeLong(word, in: words, at: &index)
      } else {
        takeLetters(word, in: words, at: &index)
      }
      index += 1
    }
  }

  /// The options and operands in a form that the parser cannot take for anything else.
  package var canonical: [String] {
    values.flatMap { value in
      // The parser takes `--name=` for a name alone.
      value.text.isEmpty ? ["--\(value.option.name)", ""] : ["--\(value.option.name)=\(value.text)"]
    } + flags.map { "--\($0.name)" }
      + (operands.isEmpty ? [] : ["--"] + operands.map(\.text))
  }

  private mutating func takeOperand(_ word: String, at index: Int, mayBeCommand: Bool) {
    if mayBeCommand, command == nil, operands.isEmpty, let name = CommandName(rawValue: word) {
      command = name
    } else {
      operands.append((index, word))
    }
  }

  private mutating func takeLong(_ word: String, in words: [String], at index: inout Int) {
    let name = word.dropFirst(2).prefix { $0 != "=" }
    let hasValue = name.endIndex != word.endIndex
    guard let option = CommandLineOption.named(name) else {
      // What looks like an option's name is one that was mistyped; anything else may be a secret.
      let isName =
        name.utf8.count <= 30 && !name.isEmpty
        && name.utf8.allSatisfy {
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
        }
      note(isName ? "unknown option --\(name) (see --help)" : "unknown option (see --help)")
      return
    }
    if option.takesValue, hasValue {
      let value = word[name.endIndex...].dropFirst()
      append(option, value, of: word, at: index)
    } else if option.takesValue {
      takeNext(option, in: words, at: &index)
    } else if hasValue {
      note("\(option.label) takes no value")
    } else {
      flags.append(option)
    }
  }

  private mutating func takeLetters(_ word: String, in words: [String], at index: inout Int) {
    if word == "-help" {
      note("help is --help; -h is the host")
      return
    }
    var rest = word.dropFirst()
    while let letter = rest.popFirst() {
      guard let option = CommandLineOption.lettered(letter) else {
        note(
          letter.isASCII && letter.isLetter
            ? "unknown option -\(letter) (see --help)" : "unknown option (see --help)")
        return
      }
      guard option.takesValue else {
        flags.append(option)
        continue
      }
      if rest.isEmpty {
        takeNext(option, in: words, at: &index)
      } else {
        append(option, rest, of: word, at: index)
      }
      return
    }
  }

  private mutating func takeNext(_ option: CommandLineOption, in words: [String], at index: inout Int) {
    let isOption =
      index + 1 < words.count && words[index + 1].hasPrefix("--")
      && (words[index + 1] == "--"
        || CommandLineOption.named(words[index + 1].dropFirst(2).prefix { $0 != "=" }) != nil)
    guard index + 1 < words.count, !isOption else {
      let hint = option.letters.contains("h") ? " (help is --help)" : ""
      note("\(option.label) needs a value\(hint)")
      return
    }
    index += 1
    append(option, words[index][...], of: words[index], at: index)
  }

  private mutating func append(
    _ option: CommandLineOption, _ value: Substring, of word: String, at index: Int
  ) {
    let offset = word[..<value.startIndex].utf8.count
    values.append(Value(option: option, word: index, offset: offset, text: String(value)))
  }

  private mutating func note(_ message: String) {
    fault = fault ?? UsageError(message)
  }
}

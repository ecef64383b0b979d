internal import ConnectCore
internal import Transport

/// What a server says on one connection, on its way to libmongoc.
///
/// It knows what was asked: every question has one answer, which repeats its number and has the form that its question
/// asks for. What libmongoc gets is written anew (`MongoAnswer`), since it trusts servers with its memory. And it does
/// not tell all that they say: the codes of refused logins, and what answered where there is no MongoDB. Pure.
struct MongoWire: Sendable {
  /// What answered instead of a server of MongoDB's, once that is clear.
  private(set) var stranger: ForeignAnswer?
  /// What came that cannot be used, from a server that is one of MongoDB's; an end of "the server …".
  private(set) var fault: String?
  /// How many whole answers have come.
  private(set) var messages = 0
  /// The answer to the first hello.
  private(set) var hello: MongoHello?
  /// The last answer, if it was an error.
  private(set) var error: ServerError?
  /// Whether a login was begun: it was asked for by itself, or the server has taken the offer that hello makes.
  private(set) var loginBegun = false

  private var questions: [MongoQuestion] = []
  private var answers: [String: BSONDocument] = [:]
  private var asked: [UInt8] = []
  private var first: [UInt8] = []
  private var pending: [UInt8] = []

  /// The last answer to a command of a test's own that was no error.
  func answer(to command: String) -> BSONDocument? { answers[command] }

  /// Takes in what is sent.
  mutating func ask(_ bytes: [UInt8]) {
    asked += bytes
    while asked.count >= 16, case let length = MongoQuestion.number(asked[...]), length >= 16,
      length <= asked.count
    {
      let question = MongoQuestion(asked[..<length])
      questions.append(question)
      if question.isLogin { loginBegun = true }
      asked.removeFirst(length)
    }
  }

  /// Takes in what has come.
  ///
  /// - Returns: the answers that it completes, for libmongoc; empty: more has to come, or none ever will.
  mutating func read(_ bytes: [UInt8]) -> [UInt8] {
    guard stranger == nil, fault == nil else { return [] }
    if first.count < ForeignAnswer.mostBytes { first += bytes }
    pending += bytes
    var shown: [UInt8] = []
    while !pending.isEmpty, stranger == nil, fault == nil {
      guard let question = questions.first else {
        refuse("said more than it was asked for")
        break
      }
      guard let length = length(of: question) else { break }
      shown += take(pending[..<length], question)
      pending.removeFirst(length)
    }
    return stranger == nil && fault == nil ? shown : []
  }

  /// The length of the answer that has begun; nil: it is not whole yet, or none.
  private mutating func length(of question: MongoQuestion) -> Int? {
    guard pending.count >= 16 else { return nil }
    let length = MongoQuestion.number(pending[...])
    guard length >= 16, MongoQuestion.number(pending[8...]) == question.number,
      MongoQuestion.number(pending[12...]) == question.answerCode
    else {
      refuse("sent what is no answer to a command")
      return nil
    }
    guard length <= question.longestAnswer else {
      refuse("announced an answer of \(length) bytes to \(question.command)")
      return nil
    }
    return pending.count >= length ? length : nil
  }

  private mutating func refuse(_ words: String) {
    if messages == 0 { stranger = ForeignAnswer(recognising: first) } else { fault = words }
  }

  /// Looks at a whole message, and writes down what libmongoc may see of it.
  private mutating func take(_ message: ArraySlice<UInt8>, _ question: MongoQuestion) -> [UInt8] {
    guard let document = question.document(in: message) else {
      refuse("sent what is no answer to a command")
      return []
    }
    questions.removeFirst()
    messages += 1
    if question.beginsLogin { loginBegun = true }
    error = MongoErrors.error(in: document)
    do throws(MongoAnswer.Fault) {
      let shown = try MongoAnswer.shown(document, to: question)
      if question.isHello, error == nil, hello == nil { hello = MongoHello(shown) }
      if error == nil, Self.kept.contains(question.command) { answers[question.command] = document }
      return question.answer(shown)
    } catch {
      fault = error.words
      return []
    }
  }

  private static let kept: Set<String> = ["connectionStatus", "listDatabases", "buildInfo"]

  /// Nothing more comes: less than a header may be another's whole answer.
  mutating func end() {
    guard messages == 0, stranger == nil, !pending.isEmpty, pending.count < 16 else { return }
    let answer = ForeignAnswer(recognising: first)
    if answer.protocolName != nil { stranger = answer }
  }
}

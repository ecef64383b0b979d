#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What the reader should know even if the connection works.
struct Warnings {
  let test: ConnectionTest
  let observation: Observation
  let clean: Sanitiser
  let now: Date

  /// A certificate that ends within so many days deserves a warning.
  private static let daysOfGrace = 30

  private var target: ConnectionTarget { test.target }

  var all: [String] {
    let every =
      test.warnings.map(clean.line) + noFallback + fallback + clearPassword + otherUser + session
      + notVerified + endingSoon
      + redirection + disputedEncryption + readableKeys + notices
    return every.reduce(into: []) { unique, warning in
      if !unique.contains(warning) { unique.append(warning) }
    }
  }

  private var noFallback: [String] {
    let traits = target.engine.traits
    guard target.ssl.mode == .preferred, !traits.fallsBackToPlain, traits.defaultMode != nil,
      !target.hosts.allSatisfy(\.isUnixSocket)
    else { return [] }
    return [
      "The driver for \(traits.displayName) has no TLS fallback: Preferred behaves the same as Required."
    ]
  }

  private var fallback: [String] {
    guard let reason = observation.fallback?.reason else { return [] }
    let words = EventWords(clean: clean, engine: target.engine).words(for: reason)
    return [
      "Preferred went on in plain text: \(words). Required (--ssl required) would refuse that."
    ]
  }

  private var clearPassword: [String] {
    observation.remarks.compactMap { remark in
      switch remark {
      case .passwordSentInClear:
        "The server asked for the password in clear text over a connection that is not encrypted, and got it: anyone on the network path can read it."
      case .passwordGivenInClear:
        "The password went in clear text over a connection that is not encrypted: anyone on the network path can read it."
      case .passwordMaybeSentInClear:
        "The password went over a connection that is not encrypted, maybe in clear text."
      case .passwordObfuscated:
        "The password went over a connection that is not encrypted, in a form that anyone on the network path can turn back."
      default: nil
      }
    }
  }

  private var otherUser: [String] {
    observation.userOfSession.map {
      let login = target.user.map { "the login as “\(clean.line($0))”" } ?? "what was given to log in with"
      return [
        "The server calls this session's user “\(clean.line($0).cut(to: 1_000))”: \(login) was not used, or something on the way put another in its place."
      ]
    } ?? []
  }

  private var session: [String] {
    observation.remarks.compactMap { remark in
      switch remark {
      case .passwordExpired:
        "The password has expired: until it is changed, the server takes nothing but a new one."
      case .passwordExpires(let days):
        days > Self.daysOfGrace
          ? nil
          : days < 0 ? "The password has expired." : "The password expires \(CertificateWords.left(days))."
      case .databaseIsEmpty:
        "The file is empty: it becomes a database when something is first stored in it."
      case .serverIsReadOnly: "The server is read-only."
      case .passwordNotAsked:
        "The server asked for no password: the one that was given was not sent, and nothing is known of it."
      case .passwordNotProven(let way):
        "The server's way of logging in (\(clean.line(way))) lets wrong passwords in too, as nobody in particular: that it took this login proves nothing of the password."
      case .identityWithheld(let table):
        "The login worked, but this user may not read \(clean.line(table)), which tells what the server is."
      case .databaseNotListed(let name):
        "There is no database \(clean.line(name)) that this user may see. The server makes one when something is first stored in it."
      case .memberFailed(let name, let failure):
        "Another server of the deployment, \(clean.line(name)), could not be used: \(EventWords(clean: clean, engine: target.engine).words(for: failure))."
      case .notIdentified(let failure):
        "The server did not say which product and version it is: \(EventWords(clean: clean, engine: target.engine).words(for: failure).cut(to: 2_000))."
      case .authenticationDisabled:
        "Authentication is disabled on the server: it lets in everybody, and nothing is known of the user and the password that were given."
      case .userNotNamed:
        "A user and a password belong together, and only one of them was given: it was not used. If the server's authentication is on, the login was a client certificate's, this one's or that of something on the way."
      case .keyNotReadable(let key, let words):
        "The login worked, and the user may not read the key “\(clean.line(key))”, which was read as a proof: \(clean.line(words.trimmingLineEnds()))"
      case .peerPort(let urls):
        "This port is the one on which the members of the cluster talk to each other. Clients are meant to connect to \(urls.isEmpty ? "another one" : urls.map(clean.line).joined(separator: ", "))."
      case .protocolNotAgreed(let name, let client):
        "The server's TLS did not agree on \(clean.line(name)) by ALPN, which \(client) demand: they cannot connect. Something that ends TLS in front of the server may have to be told to offer it."
      case .userNotUsed:
        "No password was given, so the login was the server's default user's\(target.user.map { ", not that of “\(clean.line($0))”" } ?? "")."
      default: nil
      }
    }
  }

  private var notVerified: [String] {
    guard case .connected = observation.outcome, let tls = observation.tls, tls.handshakeCompleted,
      tls.verification.demanded == .none
    else { return [] }
    let verification = tls.verification
    guard verification.evaluated else { return ["The server's certificate was not verified."] }
    if verification.faults.isEmpty {
      return ["The server's certificate was not verified. It would pass: --ssl verify-identity works."]
    }
    let words = CertificateWords(clean: clean)
    let faults = verification.faults.map { words.sentence(for: $0, in: tls) }.joined(separator: " ")
    let chainPasses = verification.faults.allSatisfy { $0.kind == .hostName }
    return [
      "The server's certificate was not verified. "
        + (chainPasses
          ? "--ssl verify-ca would accept it, --ssl verify-identity would refuse it: \(faults)"
          : "Verification would refuse it: \(faults)")
    ]
  }

  private var endingSoon: [String] {
    (observation.tls?.certificates ?? []).enumerated().compactMap { index, certificate in
      let days = CertificateWords.days(from: now, to: certificate.notAfter)
      guard (0...Self.daysOfGrace).contains(days) else { return nil }
      let whose =
        index == 0
        ? "The server's certificate"
        : "The certificate \(clean.line(certificate.subject)) of the server's chain"
      return "\(whose) ends on \(CertificateWords.day(certificate.notAfter)), \(CertificateWords.left(days))."
    }
  }

  private var redirection: [String] {
    observation.remarks.compactMap { remark in
      guard case .connected = observation.outcome, case .redirected(let place) = remark else { return nil }
      return "The server redirected the login to \(clean.line(place)), which has to be reachable too."
    }
  }

  private var disputedEncryption: [String] {
    observation.remarks.compactMap { remark in
      guard case .encryptionDisputed(let serverSays) = remark else { return nil }
      let (server, client) = serverSays ? ("is", "is not") : ("is not", "is")
      return
        "The server's own list of connections says that this one \(server) encrypted, and from here it \(client): something on the way ends or adds TLS."
    }
  }

  private var readableKeys: [String] {
    observation.remarks.compactMap { remark in
      guard case .keyReadableByOthers(let path) = remark else { return nil }
      return "Other users can read the client key \(clean.line(path)); chmod 600 keeps it yours."
    }
  }

  /// A server may send as many as it likes, and nobody reads them all.
  private static let mostNotices = 20

  private var notices: [String] {
    var seen: Set<String> = []
    let texts: [String] = observation.remarks.compactMap { remark in
      guard case .serverNotice(let text) = remark, seen.insert(text).inserted else { return nil }
      return text
    }
    let shown = texts.prefix(Self.mostNotices).map {
      "The server says: \(clean.line($0.trimmingLineEnds()).cut(to: 2_000))"
    }
    let left = texts.count - shown.count
    return shown + (left > 0 ? ["The server says more: \(left) further warnings are not shown."] : [])
  }
}

extension CertificateWords {
  /// `in 12 days`, `tomorrow`…: how long a certificate still lasts.
  static func left(_ days: Int) -> String {
    switch days {
    case ..<0: days == -1 ? "1 day ago" : "\(-days) days ago"
    case 0: "in less than a day"
    case 1: "in 1 day"
    default: "in \(days) days"
    }
  }
}

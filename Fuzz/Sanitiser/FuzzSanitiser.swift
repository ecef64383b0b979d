import ConnectCore

/// Any text from a server with any secret in it: neither the secret nor anything that drives a terminal gets
/// through. The input's first byte says how many of the next ones are the secret.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSanitiser(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let data, count > 1 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let secret = String(decoding: bytes[1...].prefix(Int(bytes[0] % 24)), as: UTF8.self)
  let text = String(decoding: bytes[1...], as: UTF8.self)
  let clean = Sanitiser(secrets: [Secret(secret)])

  let line = clean.line(text + secret + text)
  let paragraph = clean.text(text + secret + text)
  precondition(!line.unicodeScalars.contains { drives($0) }, "line")
  precondition(!paragraph.unicodeScalars.contains { drives($0) && $0 != "\n" }, "text")
  // Shorter secrets are only taken out where they stand alone, stars are what they become, and what is spelled out
  // can look like any text: `\u{202e}` holds 202e.
  let raw = text + secret + text
  let isPlain = secret.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 0x20 && $0 != "*" }
  if isPlain, secret.utf8.count >= 4, Sanitiser.visible(raw, keepingLineBreaks: true) == raw {
    precondition(!paragraph.contains(secret), "secret")
    for spelling in spellings(of: secret) {
      precondition(!clean.line("<\(spelling)>").contains(spelling), "spelling")
    }
  }
  return 0
}

/// As pages and answers repeat what they were sent: HTML's escapes, JSON's inside of HTML, and a query's.
private func spellings(of secret: String) -> [String] {
  let html = secret.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  let json = secret.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  return [
    html, html.replacing("\"", with: "&#34;").replacing("'", with: "&#39;"),
    html.replacing("\"", with: "&quot;").replacing("'", with: "&#x27;").replacing("/", with: "&#x2F;"),
    json.replacing("&", with: "\\u0026").replacing("<", with: "\\u003c").replacing(">", with: "\\u003e"),
    secret.utf8.map { byte in
      let scalar = Unicode.Scalar(byte)
      let isKept = scalar.properties.isAlphabetic || "0123456789-._~/".unicodeScalars.contains(scalar)
      return isKept ? String(scalar) : "%" + String(byte, radix: 16, uppercase: true)
    }.joined(),
  ]
}

/// Whether a character moves the cursor, starts a control sequence or turns the direction of writing.
private func drives(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029: true
  default: false
  }
}
